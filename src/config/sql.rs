//! As much of a query as can be told without a database: how it begins, and which tables it names.

/// Statements that give rows and change nothing begin so.
const BEGINNINGS: [&str; 4] = ["select", "with", "values", "table"];

/// Whether a text begins like a query that only reads.
pub(super) fn is_query(text: &str) -> bool {
    words(text).next().is_some_and(|word| BEGINNINGS.iter().any(|b| word.eq_ignore_ascii_case(b)))
}

/// Whether a query reads a table after a `FROM`, a `JOIN` or a comma. `schema.table` is found by `table` too.
pub(super) fn reads(query: &str, table: &str) -> bool {
    let words: Vec<String> = words(query).collect();
    let begins = |word: &String| ["from", "join", ","].iter().any(|w| word.eq_ignore_ascii_case(w));
    words.array_windows().any(|[before, name]| begins(before) && same_table(name, table))
}

/// Whether two names are one table: letter case aside, and the schema where only one names it.
pub(super) fn same_table(one: &str, other: &str) -> bool {
    let parts = |name: &str| name.to_lowercase().rsplit('.').map(str::to_owned).collect::<Vec<_>>();
    parts(one).iter().zip(&parts(other)).all(|(a, b)| a == b)
}

/// The words of a query without comments, texts and brackets: names as they are meant, without their quotes.
fn words(text: &str) -> impl Iterator<Item = String> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = after_blanks(rest);
        let (word, after) = match rest.chars().next()? {
            '\'' => (String::new(), after_text(&rest[1..])),
            ',' => (",".to_owned(), &rest[1..]),
            _ => name(rest),
        };
        rest = after;
        Some(word)
    })
    .filter(|word| !word.is_empty())
}

/// The text after blanks, opening brackets and comments.
fn after_blanks(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        text = if let Some(comment) = text.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = text.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            return text;
        };
    }
}

fn after_text(text: &str) -> &str {
    text.split_once('\'').map_or("", |(_, after)| after)
}

/// A name with its schema, quotes taken away, or a piece of anything else.
fn name(text: &str) -> (String, &str) {
    let mut word = String::new();
    let mut closing = None;
    for (at, c) in text.char_indices() {
        match (c, closing) {
            (_, Some(end)) if c == end => closing = None,
            (_, Some(_)) => word.push(c),
            ('"' | '`', None) => closing = Some(c),
            ('[', None) => closing = Some(']'),
            (_, None) if c.is_alphanumeric() || matches!(c, '_' | '.' | '$') => word.push(c),
            _ => return (word, if at == 0 { &text[c.len_utf8()..] } else { &text[at..] }),
        }
    }
    (word, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_known_by_its_first_word() {
        for (text, expected) in [
            ("SELECT 1", true),
            ("\n -- who\n /* they\n are */ ( select * from a)", true),
            ("WITH a AS (SELECT 1) SELECT * FROM a", true),
            ("VALUES (1)", true),
            ("table clients", true),
            ("DELETE FROM a", false),
            ("-- SELECT\nINSERT INTO a VALUES (1) RETURNING *", false),
            ("PRAGMA user_version = 5", false),
            ("selects", false),
            ("clients", false),
            ("/* SELECT", false),
            ("", false),
        ] {
            assert_eq!(is_query(text), expected, "{text}");
        }
    }

    #[test]
    fn a_query_names_its_tables() {
        let query =
            "SELECT a.phone, 'from orders' FROM crm.Clients AS a, \"my list\" JOIN [Visits] USING (id) -- from x";
        for (table, expected) in [
            ("clients", true),
            ("crm.clients", true),
            ("shop.clients", false),
            ("my list", true),
            ("visits", true),
            ("orders", false),
            ("a", false),
            ("x", false),
        ] {
            assert_eq!(reads(query, table), expected, "{table}");
        }
        assert!(reads("SELECT * FROM (SELECT * FROM clients)", "clients"));
        assert!(!reads("SELECT * FROM", "clients"));
    }
}
