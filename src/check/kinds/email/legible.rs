//! What a spoilt address was probably meant to be: only for finding whom an unreadable refusal means.

use super::address;
use crate::check::{kind::How, mess};

/// Cyrillic letters that look like Latin ones.
const LOOK_ALIKES: [(char, char); 12] = [
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('е', 'e'),
    ('к', 'k'),
    ('м', 'm'),
    ('н', 'h'),
    ('о', 'o'),
    ('р', 'p'),
    ('т', 't'),
    ('у', 'y'),
    ('х', 'x'),
];

/// The addresses that a cell probably means.
pub(super) fn legible(text: &str, _how: &How) -> Vec<String> {
    let folded = mess::fold_width(text).to_lowercase();
    folded.split([';', '/', '\n']).filter_map(meant).collect()
}

fn meant(text: &str) -> Option<String> {
    let latin = |c: char| LOOK_ALIKES.iter().find(|(cyrillic, _)| *cyrillic == c).map_or(c, |(_, latin)| *latin);
    let tight: String = text.chars().filter(|c| !c.is_whitespace()).map(latin).collect();
    let tight = tight.trim_matches(|c: char| !c.is_alphanumeric()).replace("@@", "@").replace(',', ".");
    address::repaired(&tight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::TODAY;

    #[test]
    fn spoilt_addresses_mean_somebody() {
        for (text, expected) in [
            ("anna@gmail,com", &["anna@gmail.com"][..]),
            ("аnna@example.com", &["anna@example.com"]),
            ("anna @ example.com", &["anna@example.com"]),
            ("anna@@example.com", &["anna@example.com"]),
            ("anna@gmailcom", &["anna@gmail.com"]),
            ("anna", &[]),
        ] {
            assert_eq!(legible(text, &How::new(TODAY)), expected, "{text}");
        }
    }
}
