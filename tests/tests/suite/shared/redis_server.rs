//! A real Redis on a port of its own, to be killed, stopped and lied with.

use crate::tokens::forge::encode;
use std::env;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

pub(crate) struct RedisServer {
    port: u16,
    folder: PathBuf,
    process: Option<Child>,
}

impl RedisServer {
    pub(crate) fn start() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "toolgate-redis-{}-{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let folder = env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        // Nobody else gets this port for a while.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self {
            port,
            folder,
            process: None,
        };
        server.restart();
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it again, empty.
    pub(crate) fn restart(&mut self) {
        let mut command = Command::new(executable());
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]);
        command.arg(self.port.to_string()).arg("--dir").arg(&self.folder);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.process = Some(process);
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            sleep(Duration::from_millis(10));
        }
        panic!("redis-server does not start");
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// It accepts connections and answers nothing.
    pub(crate) fn stop(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Runs a command as anybody could who gets at Redis. Gives the answer, without what says of which type it is.
    pub(crate) fn run(&self, arguments: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut command = format!("*{}\r\n", arguments.len()).into_bytes();
        for argument in arguments {
            command.extend_from_slice(format!("${}\r\n", argument.len()).as_bytes());
            command.extend_from_slice(argument);
            command.extend_from_slice(b"\r\n");
        }
        stream.write_all(&command).unwrap();
        read(&mut stream)
    }

    pub(crate) fn keys(&self) -> Vec<Vec<u8>> {
        self.run(&[b"KEYS", b"*"])
    }
}

fn read(stream: &mut TcpStream) -> Vec<Vec<u8>> {
    let line = line(stream);
    let (kind, rest) = line.split_at(1);
    match kind {
        "*" => (0..rest.parse::<usize>().unwrap()).flat_map(|_| read(stream)).collect(),
        "$" if rest == "-1" => Vec::new(),
        "$" => {
            let mut text = vec![0; rest.parse::<usize>().unwrap() + 2];
            stream.read_exact(&mut text).unwrap();
            text.truncate(text.len() - 2);
            vec![text]
        }
        "-" => panic!("{rest}"),
        _ => vec![rest.as_bytes().to_vec()],
    }
}

fn line(stream: &mut TcpStream) -> String {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        stream.read_exact(&mut byte).unwrap();
        line.push(byte[0]);
    }
    String::from_utf8(line[..line.len() - 2].to_vec()).unwrap_or_else(|_| encode(line))
}

/// The places where `cargo xtask test` makes sure that there is one.
fn executable() -> PathBuf {
    let given = env::var_os("TOOLGATE_REDIS_SERVER").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("redis-server"));
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/redis/redis-server");
    let mut places = given.into_iter().chain(on_path).chain([fetched]);
    places.find(|place| place.is_file()).unwrap_or_else(|| {
        panic!("there is no redis-server: run `apt install redis-server`, or `cargo xtask test`, which fetches one")
    })
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // A process that is stopped can be killed all the same.
        self.kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
