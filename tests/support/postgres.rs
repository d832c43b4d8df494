//! A PostgreSQL server for tests: the one that `SHEETBRIDGE_TEST_POSTGRES` names, or a private one that
//! lives as long as the process of the tests.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::LazyLock,
};

/// A user who must show a password to a server that we started; a test makes it.
pub(crate) const LOGIN: &str = "sheetbridge_test_login";

const VARIABLE: &str = "SHEETBRIDGE_TEST_POSTGRES";

/// The server of this process, once it is wanted; `None` where `SHEETBRIDGE_TEST_POSTGRES` is `off`.
///
/// # Panics
/// When there is none and none can be started.
pub(crate) fn server() -> Option<&'static Server> {
    // Every test that wants it says why it can't have it.
    found().unwrap_or_else(|why| panic!("{why}"))
}

/// The same, or why there is none.
pub(crate) fn found() -> Result<Option<&'static Server>, &'static str> {
    static SERVER: LazyLock<Result<Option<Server>, String>> = LazyLock::new(|| match std::env::var(VARIABLE) {
        Ok(off) if off == "off" => {
            let _ = writeln!(std::io::stderr(), "skipped: {VARIABLE}=off");
            Ok(None)
        }
        Ok(url) if !url.is_empty() => Ok(Some(Server { url, private: None })),
        _ => Server::start().map(Some),
    });
    SERVER.as_ref().map(Option::as_ref).map_err(String::as_str)
}

/// A server on which tests may make databases.
pub(crate) struct Server {
    /// The address of a database on it.
    pub(crate) url: String,
    /// What only a server that we started has.
    pub(crate) private: Option<Private>,
}

/// A server of our own, which also speaks TLS, as `localhost` and by no other name.
pub(crate) struct Private {
    pub(crate) port: u16,
    /// The authority that signed its certificate, as PEM.
    pub(crate) ca: String,
    /// Held open as long as we live; at its end the server stops, however we ended.
    _alive: ChildStdin,
}

/// Makes the data folder, starts the server, says so, and waits for its input to end.
const SCRIPT: &str = r#"
set -e
dir=$(mktemp -d /tmp/sheetbridge-postgres.XXXXXX)
stop() { "$BIN/pg_ctl" -D "$dir/data" -m immediate stop >&2 || true; rm -rf "$dir"; }
trap stop EXIT
trap '' INT TERM
exec 2>"$dir/log"
"$BIN/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >&2
printf %s "$SERVER_KEY" >"$dir/data/server.key"
printf %s "$SERVER_CERT" >"$dir/data/server.crt"
chmod 600 "$dir/data/server.key"
sed -i "1i host all $LOGIN localhost scram-sha-256" "$dir/data/pg_hba.conf"
cat >>"$dir/data/postgresql.conf" <<END
listen_addresses = 'localhost'
port = $PORT
unix_socket_directories = '$dir'
ssl = on
fsync = off
max_connections = 200
END
if "$BIN/pg_ctl" -D "$dir/data" -w start >&2; then echo "ready $dir"; else tr '\n' ' ' <"$dir/log"; exit 1; fi
cat >/dev/null
"#;

impl Server {
    fn start() -> Result<Self, String> {
        let bin = binaries()?;
        let (ca, cert, key) = certificates();
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let mut child = as_ordinary_user()
            .envs([("BIN", bin.to_str().expect("UTF-8")), ("PORT", &port.to_string()), ("LOGIN", LOGIN)])
            .envs([("SERVER_CERT", cert), ("SERVER_KEY", key)])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let said = first_line(&mut child);
        let Some(dir) = said.strip_prefix("ready ") else {
            return Err(format!("PostgreSQL did not start: {said}"));
        };
        let url = format!("postgres://postgres@{}:{port}/postgres", dir.replace('/', "%2F"));
        let alive = child.stdin.take().expect("piped");
        Ok(Self { url, private: Some(Private { port, ca, _alive: alive }) })
    }

    /// The address of another database on it.
    pub(crate) fn database(&self, name: &str) -> String {
        let (server, rest) =
            self.url.split_once("://").map_or(("", ""), |(_, rest)| rest.split_once('/').unwrap_or((rest, "")));
        let parameters = rest.split_once('?').map(|(_, p)| format!("?{p}")).unwrap_or_default();
        format!("postgres://{server}/{name}{parameters}")
    }
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let read = BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line);
    read.map_or_else(|e| e.to_string(), |_| line.trim_end().to_owned())
}

/// The folder with `initdb` and `pg_ctl`: the newest of Debian's, or one of the search path.
fn binaries() -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = glob::glob("/usr/lib/postgresql/*/bin").expect("a pattern").flatten().collect();
    folders.sort_by_key(|f| f.iter().nth(4).and_then(|v| v.to_str()?.parse::<u32>().ok()));
    folders.reverse();
    folders.extend(std::env::split_paths(&path));
    let found = folders.into_iter().find(|f| f.join("initdb").is_file() && f.join("pg_ctl").is_file());
    found.ok_or_else(|| {
        format!("no PostgreSQL found: install postgresql (apt-get install postgresql) or set {VARIABLE}=off")
    })
}

/// A shell with the script, as the user `postgres` where we are root: the server refuses to be root.
fn as_ordinary_user() -> Command {
    let who = Command::new("id").arg("-u").output().map(|o| o.stdout).unwrap_or_default();
    if who.trim_ascii() != b"0" {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT]);
        return command;
    }
    let has_runuser = Command::new("runuser").arg("--version").output().is_ok();
    let mut command = Command::new(if has_runuser { "runuser" } else { "su" });
    command.args(["-s", "/bin/sh", "-c", SCRIPT, "postgres"]);
    command
}

/// An authority, and a certificate that it signed for `localhost`, with its key.
fn certificates() -> (String, String, String) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let cert = server.signed_by(&key, &ca).expect("signed");
    (ca.pem(), cert.pem(), key.serialize_pem())
}
