//! Which tabs a title or a pattern of titles means.

use glob::{Pattern, PatternError};

/// Whether a name is a pattern of titles.
pub(super) fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Whether a title is the one that a name means.
pub(super) fn is_titled(title: &str, name: &str) -> bool {
    folded(title) == folded(name)
}

/// The places of the titles that are called so or else, if the name is a pattern, that fit it.
pub(super) fn meant<'t>(name: &str, titles: impl Iterator<Item = &'t str>) -> Result<Vec<usize>, PatternError> {
    let titles: Vec<String> = titles.map(folded).collect();
    let places = |fits: &dyn Fn(&str) -> bool| (0..titles.len()).filter(|place| fits(&titles[*place])).collect();
    let name = folded(name);
    let called: Vec<usize> = places(&|title| title == name);
    if !called.is_empty() || !is_pattern(&name) {
        return Ok(called);
    }
    let pattern = Pattern::new(&name)?;
    Ok(places(&|title| pattern.matches(title)))
}

/// Titles are alike in any case, and nobody sees a space at their end.
fn folded(title: &str) -> String {
    title.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_goes_before_a_pattern() {
        let titles = ["Clients [old]", "Клиенты ", "Месяц 1", "месяц 2"];
        for (name, expected) in [
            ("clients [OLD]", Ok(vec![0])),
            ("клиенты", Ok(vec![1])),
            ("МЕСЯЦ *", Ok(vec![2, 3])),
            ("*", Ok(vec![0, 1, 2, 3])),
            ("Clients", Ok(vec![])),
            ("a[b", Err(())),
        ] {
            assert_eq!(meant(name, titles.into_iter()).map_err(|_| ()), expected, "{name}");
        }
        assert!(is_titled(" Клиенты", "КЛИЕНТЫ ") && !is_titled("Клиенты", "Клиент"));
    }
}
