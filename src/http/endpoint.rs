//! Where a server is, from what the config says.

use std::fmt;

use url::{Host, Url};

/// The address of a server: a scheme, a host, perhaps a port, and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint(Url);

impl Endpoint {
    /// Reads `https://host[:port]`, or `http://…` of this machine.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| Err(format!("{what}: write `https://host` or `https://host:port`"));
        let Ok(url) = Url::parse(text) else { return wrong("it is no address") };
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("an address holds no user and no password");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return wrong("an address ends with the host or its port");
        }
        match url.scheme() {
            "https" | "http" if is_safe(&url) => Ok(Self(url)),
            "http" => wrong("only a server on this machine is spoken to without encryption"),
            _ => wrong("it is no address of a web server"),
        }
    }

    /// The address of what lies at `path`, each part of it escaped.
    pub(crate) fn at(&self, path: &[&str]) -> Url {
        let mut url = self.0.clone();
        url.path_segments_mut().expect("http and https have paths").clear().extend(path);
        url
    }

    /// Its host, to be named in a trouble.
    pub(crate) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl fmt::Display for Endpoint {
    /// With a slash at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// Whether what is said to an address stays between the two: it is encrypted, or never leaves this machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => url.host().is_some_and(|host| is_here(&host)),
        _ => false,
    }
}

/// Whether a host is this machine.
pub(super) fn is_here<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => name.as_ref() == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let parsed = Endpoint::parse(text).map(|endpoint| endpoint.to_string());
        match expected {
            Ok(expected) => assert_eq!(parsed.as_deref(), Ok(expected), "{text}"),
            Err(expected) => {
                assert!(parsed.as_ref().is_err_and(|said| said.starts_with(expected)), "{text}: {parsed:?}");
            }
        }
    }

    #[test]
    fn what_is_said_stays_between_the_two() {
        check("https://sheets.example.com", Ok("https://sheets.example.com/"));
        check("https://sheets.example.com:8443/", Ok("https://sheets.example.com:8443/"));
        check("http://127.0.0.1:8080", Ok("http://127.0.0.1:8080/"));
        check("http://127.9.9.9", Ok("http://127.9.9.9/"));
        check("http://[::1]:8080", Ok("http://[::1]:8080/"));
        check("HTTP://LocalHost:1", Ok("http://localhost:1/"));
        let open = Err("only a server on this machine");
        check("http://sheets.example.com", open);
        check("http://10.0.0.1", open);
        check("http://localhost.example.com", open);
        check("http://127.0.0.1.example.com", open);
        check("http://0.0.0.0", open);
    }

    #[test]
    fn an_address_is_a_host_and_nothing_else() {
        check("https://anna:pw@example.com", Err("an address holds no user"));
        check("https://example.com@evil.example", Err("an address holds no user"));
        check("https://example.com/v4", Err("an address ends"));
        check("https://example.com?key=1", Err("an address ends"));
        check("https://example.com/#x", Err("an address ends"));
        check("ftp://example.com", Err("it is no address of a web server"));
        check("example.com", Err("it is no address"));
        check("", Err("it is no address"));
    }

    #[test]
    fn parts_of_a_path_are_escaped() {
        let endpoint = Endpoint::parse("http://127.0.0.1:1").expect("an address");
        let url = endpoint.at(&["v4", "spreadsheets", "a/../b?c#d", "values:batchGet"]);
        assert_eq!(url.as_str(), "http://127.0.0.1:1/v4/spreadsheets/a%2F..%2Fb%3Fc%23d/values:batchGet");
    }
}
