//! A PostgreSQL database of one test, which goes with it.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::{places::Card, postgres};

pub(crate) struct Database {
    server: &'static postgres::Server,
    name: String,
}

impl Database {
    /// `None` where there shall be no server.
    pub(crate) fn fresh() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = postgres::server()?;
        let name = format!("sheetbridge_suite_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        query(&server.url, &format!("CREATE DATABASE {name}"));
        Some(Self { server, name })
    }

    pub(crate) fn url(&self) -> String {
        self.server.database(&self.name)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn execute(&self, sql: &str) {
        query(&self.url(), sql);
    }

    /// The rows of a table, which may not be there yet.
    pub(crate) fn rows(&self, table: &str) -> Vec<Card> {
        let exists = format!("SELECT 1 FROM pg_tables WHERE tablename = '{table}'");
        if query(&self.url(), &exists).is_empty() {
            return Vec::new();
        }
        let rows = query(&self.url(), &format!("SELECT to_json(t)::text FROM \"{table}\" t"));
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let card = |row: &String| {
            let columns: serde_json::Map<_, _> = serde_json::from_str(row).expect("JSON");
            columns.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
        };
        rows.iter().map(card).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        query(&self.server.url, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// The first column of what a query gives.
fn query(url: &str, sql: &str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connected");
        tokio::spawn(connection);
        let messages = client.simple_query(sql).await.expect(sql);
        let rows = messages.iter().filter_map(|m| if let SimpleQueryMessage::Row(row) = m { Some(row) } else { None });
        rows.map(|row| row.get(0).unwrap_or_default().to_owned()).collect()
    })
}
