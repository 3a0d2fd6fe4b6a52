// What a person does with a browser: follows redirects with cookies, until the provider sends back to the client.

/** Goes to the authorization endpoint as this user. Returns the URL that the client is called back with. */
export async function logIn(authorizationUrl, user, redirectUri) {
  const cookies = new Map();
  let url = new URL(authorizationUrl);
  url.searchParams.set('login_hint', user);
  for (let hops = 0; hops < 20; hops += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
    url = new URL(location, url);
    if (url.href.startsWith(redirectUri)) return url;
  }
  throw new Error('too many redirects');
}
