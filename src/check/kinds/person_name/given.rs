//! Which words are given names, patronymics or surnames, as far as a list and endings tell.

use std::{collections::HashSet, sync::LazyLock};

use crate::name::fold;

/// Given names of `config/names/given.txt`, folded.
struct Lists {
    /// The ones in Cyrillic, which are known in Latin letters too.
    russian: HashSet<String>,
    /// The ones in Latin letters.
    english: HashSet<String>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let names = include_str!("../../../../config/names/given.txt").lines().filter(|l| !l.starts_with('#'));
    let (english, russian): (Vec<&str>, Vec<&str>) = names.filter(|l| !l.is_empty()).partition(|l| l.is_ascii());
    let set = |names: Vec<&str>| names.into_iter().map(fold).collect();
    Lists { russian: set(russian), english: set(english) }
});

/// Whether a folded word is a given name of the Russian list, in either alphabet.
pub(super) fn is_russian(folded: &str) -> bool {
    LISTS.russian.contains(folded)
}

/// Whether a folded word, typed in Latin letters, is a given name of the English list.
pub(super) fn is_english(folded: &str) -> bool {
    LISTS.english.contains(folded)
}

/// Whether a folded word ends as only a woman's patronymic does.
pub(super) fn is_patronymic_female(folded: &str) -> bool {
    folded.len() > 5 && ["ovna", "evna", "ichna"].iter().any(|end| folded.ends_with(end))
}

/// Whether a folded word ends as a patronymic does. In Cyrillic any `-ич` may be one (Михалыч, Палыч);
/// in Latin letters that would take in Heinrich and Norwich.
pub(super) fn is_patronymic(folded: &str, cyrillic: bool) -> bool {
    const SHORT: [&str; 6] = ["ilich", "nikitich", "kuzmich", "fomich", "lukich", "savvich"];
    is_patronymic_female(folded)
        || folded.len() > 5 && (folded.ends_with("ovich") || folded.ends_with("evich"))
        || if cyrillic { folded.len() > 4 && folded.ends_with("ich") } else { SHORT.contains(&folded) }
}

/// Whether a folded word ends as many surnames do. In Latin letters only by endings that no English
/// given name has (Kevin, Christina).
pub(super) fn is_surname(folded: &str, cyrillic: bool) -> bool {
    const BOTH: [&str; 11] = ["ov", "ova", "ev", "eva", "enko", "chuk", "ski", "skaia", "skoi", "shvili", "iants"];
    const CYRILLIC: [&str; 7] = ["in", "ina", "uk", "ian", "ih", "dze", "tskaia"];
    let ends = |endings: &[&str]| endings.iter().any(|end| folded.ends_with(end));
    folded.len() > 3 && (ends(&BOTH) || cyrillic && ends(&CYRILLIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_names_are_known_in_both_alphabets() {
        for name in ["Марина", "Лев", "Саша", "Лёша", "Гульнара", "Yuliya", "Dmitrij", "Iurii"]
        {
            assert!(is_russian(&fold(name)), "{name}");
        }
        for name in ["Rachel", "Mary", "Bob"] {
            assert!(is_english(&fold(name)), "{name}");
        }
        for name in ["Петров", "Смирнова", "Шевченко", "Harris", "Кравчук", "Хан"] {
            assert!(!is_russian(&fold(name)) && !is_english(&fold(name)), "{name}");
        }
    }

    #[test]
    fn endings_tell_patronymics_and_surnames() {
        for name in ["Иванович", "Ильич", "Никитична", "Михалыч", "Юрьевна", "Сменовна"]
        {
            assert!(is_patronymic(&fold(name), true), "{name}");
        }
        for name in ["Ivanovich", "Il'ich", "Sergeyevna", "Kuz'minichna"] {
            assert!(is_patronymic(&fold(name), false), "{name}");
        }
        for name in ["Heinrich", "Norwich", "Goodrich"] {
            assert!(!is_patronymic(&fold(name), false), "{name}");
        }
        for name in ["Соловьёв", "Лобенко", "Рябчук", "Туманская", "Черных", "Хачатрян", "Ильин"]
        {
            assert!(is_surname(&fold(name), true), "{name}");
        }
        for name in ["Kuznetsova", "Tumanskaja", "Petrenko"] {
            assert!(is_surname(&fold(name), false), "{name}");
        }
        for name in ["Kevin", "Christina", "Brian"] {
            assert!(!is_surname(&fold(name), false), "{name}");
        }
    }
}
