//! `HttpFetch` against a server on this machine that answers with whatever bytes it is told to.

use std::error::Error as _;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use toolgate::fetch::{Fetch as _, FetchError, HttpFetch, MAX_DOCUMENT_BYTES};

/// A server. It stops when dropped.
struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers every request with these bytes, and closes.
    async fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes: Arc<[u8]> = bytes.into().into();
        Self::start(move |mut stream| {
            let bytes = Arc::clone(&bytes);
            async move {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    async fn start<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap_or(0) > 0 {}
                tokio::spawn(answer(stream));
            }
        });
        Self {
            port,
            connections,
            task,
        }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/jwks", self.port)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn get(url: &str) -> Result<Vec<u8>, FetchError> {
    let document = HttpFetch::new().unwrap().get(&url.parse().unwrap()).await;
    document.map(|document| document.body)
}

/// Why it cannot be had: the outermost reason.
async fn refusal(url: &str) -> String {
    get(url).await.unwrap_err().to_string()
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn r9_a_document_on_this_machine_is_read() {
    let server = Server::answering(ok("{}")).await;
    assert_eq!(get(&server.url()).await.unwrap(), b"{}");
    assert_eq!(get(&format!("http://localhost:{}/", server.port)).await.unwrap(), b"{}");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn r9_redirects_are_not_followed() {
    let target = Server::answering(ok("{\"keys\":[]}")).await;
    for status in [300, 301, 302, 303, 307, 308] {
        let location = target.url();
        let answer = format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let server = Server::answering(answer).await;
        assert_eq!(refusal(&server.url()).await, format!("answered with status {status}"));
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn r9_no_status_but_200_is_an_answer() {
    for status in [201, 202, 203, 204, 206, 304, 400, 401, 403, 404, 429, 500, 502, 503] {
        let server = Server::answering(ok("{}").replace("200 OK", &format!("{status} Odd"))).await;
        assert_eq!(refusal(&server.url()).await, format!("answered with status {status}"));
    }
}

#[tokio::test]
async fn r9_f10_a_document_has_at_most_256_kib() {
    assert_eq!(MAX_DOCUMENT_BYTES, 256 * 1024);
    let longest = " ".repeat(MAX_DOCUMENT_BYTES);
    let server = Server::answering(ok(&longest)).await;
    assert_eq!(get(&server.url()).await.unwrap().len(), MAX_DOCUMENT_BYTES);
    let server = Server::answering(ok(&format!("{longest} "))).await;
    assert_eq!(refusal(&server.url()).await, "the document is too long");
    // Neither chunked nor up to the end of the connection.
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let server = Server::answering(format!("{head}{:x}\r\n{longest} \r\n0\r\n\r\n", longest.len() + 1)).await;
    assert_eq!(refusal(&server.url()).await, "the document is too long");
    let server = Server::answering(format!("HTTP/1.1 200 OK\r\n\r\n{longest} ")).await;
    assert_eq!(refusal(&server.url()).await, "the document is too long");
}

#[tokio::test]
async fn r9_f10_a_document_without_end_is_cut_off() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let server = Server::start(move |mut stream| {
        let count = Arc::clone(&count);
        async move {
            let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
            let mut next = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
            while stream.write_all(next.as_bytes()).await.is_ok() {
                count.fetch_add(next.len(), Ordering::Relaxed);
                next.clone_from(&chunk);
            }
        }
    })
    .await;
    assert_eq!(refusal(&server.url()).await, "the document is too long");
    // What the sockets hold is sent, too, but not read.
    assert!(sent.load(Ordering::Relaxed) < 64 * MAX_DOCUMENT_BYTES);
}

#[tokio::test]
async fn r9_f10_half_a_document_is_none() {
    for answer in [
        ok("{}").replace("Content-Length: 2", "Content-Length: 3"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n".to_owned(),
        "HTTP/1.1 200".to_owned(),
        "{}".to_owned(),
        String::new(),
    ] {
        let server = Server::answering(answer).await;
        assert_eq!(refusal(&server.url()).await, "the request failed");
    }
}

#[tokio::test]
async fn r9_f9_a_document_takes_at_most_five_seconds() {
    // Takes real time, as one more test does: it is the clock of the HTTP client that is tested.
    let server = Server::start(|mut stream| async move {
        let mut next: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
        while stream.write_all(next).await.is_ok() {
            next = b" ";
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
    .await;
    let start = Instant::now();
    assert_eq!(refusal(&server.url()).await, "the request failed");
    let took = start.elapsed().as_secs_f64();
    assert!((4.5..7.5).contains(&took), "{took}");
}

#[tokio::test]
async fn r9_f10_nothing_is_decompressed() {
    for coding in ["gzip", "br", "zstd", "deflate"] {
        let body = "\u{1f}not compressed at all";
        let answer = ok(body).replace("\r\n\r\n", &format!("\r\nContent-Encoding: {coding}\r\n\r\n"));
        let server = Server::answering(answer).await;
        assert_eq!(get(&server.url()).await.unwrap(), body.as_bytes(), "{coding}");
    }
}

#[tokio::test]
async fn r9_no_compression_is_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let read = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap() > 0 {}
        stream.write_all(ok("{}").as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap().to_ascii_lowercase()
    };
    let (request, document) = tokio::join!(read, get(&url));
    assert_eq!(document.unwrap(), b"{}");
    assert!(!request.contains("accept-encoding"), "{request}");
    assert!(
        !request.contains("authorization") && !request.contains("cookie"),
        "{request}"
    );
}

#[tokio::test]
async fn r9_plain_http_stays_on_this_machine() {
    for url in [
        "http://idp.example/jwks",
        "http://192.0.2.1/jwks",
        "http://10.0.0.1/jwks",
        "http://127.0.0.1.example/jwks",
        "http://localhost.example/jwks",
        "http://127.0.0.1@idp.example/jwks",
        "http://0.0.0.0/jwks",
        "http://[::]/jwks",
        "http://[::ffff:127.0.0.1]/jwks",
        "ftp://127.0.0.1/jwks",
        "file:///etc/passwd",
        "data:application/json,{}",
    ] {
        assert_eq!(refusal(url).await, "not https", "{url}");
    }
}

#[tokio::test]
async fn r9_private_addresses_are_refused() {
    for url in [
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://10.1/",
        "https://0x0a000001/",
        "https://012.0.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[fc00::1]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://[ff02::1]/",
    ] {
        assert_eq!(refusal(url).await, "the host is a private address", "{url}");
    }
}

#[tokio::test]
async fn r9_a_name_that_leads_to_a_private_address_is_not_connected_to() {
    // A name that is not `localhost` and leads there, or next door. Where the machine has none, nothing is shown.
    let own = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let names = [own.trim(), "ip6-localhost", "localhost.localdomain", "localhost."];
    let private = |name: &&str| {
        let found = (*name, 443).to_socket_addrs().map(Vec::from_iter).unwrap_or_default();
        let is_private = |address: &IpAddr| match address {
            IpAddr::V4(address) => address.is_loopback() || address.is_private(),
            IpAddr::V6(address) => address.is_loopback(),
        };
        !found.is_empty() && found.iter().all(|address| is_private(&address.ip()))
    };
    for name in names.into_iter().filter(|name| !name.is_empty()).filter(private) {
        let error = get(&format!("https://{name}/")).await.unwrap_err();
        let mut causes = Vec::new();
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        let expected = "the name has no address that may be connected to";
        assert!(causes.iter().any(|cause| cause == expected), "{name}: {causes:?}");
    }
}

#[tokio::test]
async fn r9_connecting_takes_at_most_one_second() {
    // A socket whose queue is full answers no one more.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = timeout(Duration::from_millis(100), TcpStream::connect(address)).await {
        waiting.push(stream.unwrap());
    }
    let start = Instant::now();
    assert_eq!(refusal(&format!("http://{address}/")).await, "the request failed");
    let took = start.elapsed().as_secs_f64();
    assert!((0.9..3.0).contains(&took), "{took}");
}

#[test]
fn r9_proxies_of_the_environment_are_not_used() {
    // In a process of its own: an environment is for a whole process.
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "fetch::r9_a_document_on_this_machine_is_read"]);
    for variable in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ] {
        command.env(variable, "http://127.0.0.1:1");
    }
    for variable in ["no_proxy", "NO_PROXY"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && report.contains("1 passed"), "{report}");
}

#[test]
fn r9_an_unusable_setup_is_found_at_construction() {
    for pem in [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        assert!(HttpFetch::builder().root_certificate(pem).build().is_err(), "{pem}");
    }
    assert!(HttpFetch::builder().proxy("not a URL").build().is_err());
    assert!(HttpFetch::builder().proxy("http://127.0.0.1:3128").build().is_ok());
}
