//! Where the server is and how it is spoken to, from what the config says.

use std::{net::IpAddr, path::Path, time::Duration};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{config::Secret, failure::Failure, http};

/// The option that points at a password.
pub(super) const PASSWORD: &str = "password";
/// The option that names a file of certificates.
pub(super) const CA: &str = "ca";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A peer that is silent for so long is asked for a sign of life: less than what routers forget after.
const KEEPALIVES_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVES_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVES_RETRIES: u32 = 3;
/// So long may what we sent go unacknowledged.
const UNACKNOWLEDGED: Duration = Duration::from_mins(1);

/// The server's address with all that a connection needs.
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
    /// How long all of connecting may take.
    pub(super) patience: Duration,
}

impl Address {
    /// Reads the secrets that the config points at, and the certificates where they are needed.
    pub(super) fn of(location: &Secret, folder: &Path, options: &[(&'static str, String)]) -> Result<Self, Failure> {
        let option = |name| options.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str());
        let location = location.open(folder).map_err(Failure::permanent)?;
        let mut config = parse(&location)?;
        if let Some(password) = option(PASSWORD) {
            let password = Secret::parse(password).open(folder).map_err(Failure::permanent)?;
            config.password(password.as_bytes());
        }
        let timeout = config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        // The driver's own limit covers a host's socket; the handshakes after it get as long again.
        let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
        let patience = timeout * 2 * hosts as u32;
        let mode = ssl_mode(&config);
        config
            .ssl_mode(mode)
            .connect_timeout(timeout)
            .keepalives_idle(KEEPALIVES_IDLE)
            .keepalives_interval(KEEPALIVES_INTERVAL)
            .keepalives_retries(KEEPALIVES_RETRIES)
            .tcp_user_timeout(UNACKNOWLEDGED);
        if config.get_application_name().is_none() {
            config.application_name("sheetbridge");
        }
        let ca = option(CA).map(|path| folder.join(path));
        let roots = if mode == SslMode::Disable { RootCertStore::empty() } else { roots(ca.as_deref())? };
        Ok(Self { config, tls: tls(roots)?, patience })
    }

    /// What the database is called.
    pub(super) fn database(&self) -> String {
        self.config.get_dbname().or(self.config.get_user()).unwrap_or("postgres").to_owned()
    }

    /// The hosts, to be named in a failure.
    pub(super) fn hosts(&self) -> String {
        let named = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let numbered = self.config.get_hostaddrs().iter().map(IpAddr::to_string);
        named.chain(numbered).collect::<Vec<_>>().join(", ")
    }
}

/// The parser's own words may hold a part of a password that was not escaped.
fn parse(location: &str) -> Result<Config, Failure> {
    let wrong = || {
        Failure::with_help(
            "the address is not one of a PostgreSQL server",
            "write `postgres://user@host:5432/database`, and `%40` for `@`, `%2F` for `/`, … in a password; \
             or let `password` point at it",
        )
    };
    let config: Config = location.parse().map_err(|_| wrong())?;
    let no_host = |host: &Host| matches!(host, Host::Tcp(name) if name.contains('@'));
    let hosts = config.get_hosts();
    let nowhere = hosts.is_empty() && config.get_hostaddrs().is_empty();
    if nowhere || hosts.iter().any(no_host) { Err(wrong()) } else { Ok(config) }
}

/// Plain within this machine unless encryption is asked for; encrypted to any other unless it is declined.
fn ssl_mode(config: &Config) -> SslMode {
    let local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
    };
    // Where `hostaddr` is given, the connection goes there, and `host` only names the certificate.
    let addresses = config.get_hostaddrs();
    let all_local = match addresses {
        [] => config.get_hosts().iter().all(local),
        some => some.iter().all(IpAddr::is_loopback),
    };
    match config.get_ssl_mode() {
        SslMode::Prefer if all_local => SslMode::Disable,
        SslMode::Prefer => SslMode::Require,
        said => said,
    }
}

fn roots(ca: Option<&Path>) -> Result<RootCertStore, Failure> {
    let mut roots = http::native_roots();
    if let Some(path) = ca {
        let wrong = |what: &str| Failure::permanent(format!("`{CA}`, {}: {what}", path.display()));
        let text = std::fs::read(path).map_err(|e| wrong(&e.kind().to_string()))?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let (added, ignored) = roots.add_parsable_certificates(found.unwrap_or_default());
        if added == 0 || ignored > 0 {
            return Err(wrong("no certificates in PEM form"));
        }
    }
    if roots.is_empty() {
        return Err(Failure::with_help(
            "this machine has no certificates to verify the server's with",
            "install ca-certificates, or name the server's authority in `ca`",
        ));
    }
    Ok(roots)
}

fn tls(roots: RootCertStore) -> Result<MakeRustlsConnect, Failure> {
    let config = http::tls_config(roots).map_err(|e| Failure::permanent(e.to_string()))?;
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_connections_stay_on_this_machine_unless_asked_for() {
        for (location, expected) in [
            ("postgres://localhost/db", SslMode::Disable),
            ("postgres://127.0.0.1/db?sslmode=prefer", SslMode::Disable),
            ("postgres://[::1]/db", SslMode::Disable),
            ("postgres://%2Fvar%2Frun%2Fpostgresql/db", SslMode::Disable),
            ("host=/tmp user=anna", SslMode::Disable),
            ("postgres://localhost/db?sslmode=require", SslMode::Require),
            ("postgres://db.example.com/db", SslMode::Require),
            ("postgres://db.example.com/db?sslmode=prefer", SslMode::Require),
            ("postgres://10.0.0.5/db", SslMode::Require),
            ("postgres://localhost,db.example.com/db", SslMode::Require),
            ("postgres://localhost/db?hostaddr=10.0.0.5", SslMode::Require),
            ("postgres://db.example.com/db?hostaddr=127.0.0.1", SslMode::Disable),
            ("postgres://localhost.example.com/db", SslMode::Require),
            ("postgres://db.example.com/db?sslmode=disable", SslMode::Disable),
        ] {
            assert_eq!(ssl_mode(&parse(location).expect(location)), expected, "{location}");
        }
    }

    #[test]
    fn a_wrong_address_is_not_repeated() {
        for location in [
            "postgres://anna:canary@1@db.example.com/x",
            "postgres://anna:ca,nary@canary@db/x",
            "postgres://anna@db:canary/x",
            "postgres://anna@db/x?canary=1",
            "postgres:///x",
            "password=canary",
            "canary",
        ] {
            let said = format!("{:?}", parse(location).expect_err(location));
            assert!(said.contains("not one of a PostgreSQL server") && !said.contains("canary"), "{said}");
        }
    }
}
