//! The domains where most people have their mailbox, and which of them a misspelt domain means.

use std::{collections::HashSet, sync::LazyLock};

use rapidfuzz::distance::osa;

/// Providers that a typo may mean, the more used first. Names shorter than `mail.ru` are not here: a
/// letter away from `bk.ru` are too many honest domains.
const PROVIDERS: &str = "
    mail.ru gmail.com yandex.ru inbox.ru list.ru rambler.ru icloud.com outlook.com hotmail.com yahoo.com
    yandex.com yandex.by yandex.kz internet.ru hotmail.co.uk yahoo.co.uk live.com live.co.uk googlemail.com
    protonmail.com proton.me btinternet.com virginmedia.com talktalk.net ntlworld.com blueyonder.co.uk
    comcast.net verizon.net sbcglobal.net bellsouth.net t-online.de freenet.de outlook.fr orange.fr wanadoo.fr
    laposte.net libero.it ukr.net lenta.ru myrambler.ru autorambler.ru pochta.ru tutanota.com fastmail.com";

/// Domains that are right as they stand, however near to a provider's.
const HONEST: &str = "
    bk.ru ya.ru mail.com email.com e-mail.ru email.ru xmail.ru ymail.com rocketmail.com vk.com ro.ru mai.ru
    mil.ru main.ru narod.ru qip.ru nm.ru hotbox.ru aol.com me.com mac.com msn.com pm.me i.ua web.de sky.com
    att.net free.fr sfr.fr tut.by mail.ee";

/// Names that belong to one provider alone, so that another ending is a typo: `gmail.ru`.
const ONE_ENDING: [&str; 7] =
    ["gmail.com", "googlemail.com", "icloud.com", "protonmail.com", "rambler.ru", "yandex.ru", "btinternet.com"];

/// Names that have an ending in most countries, and the endings; `hotmail.co` and `yahoo.cm` are typos.
const MANY_ENDINGS: [&str; 5] = ["yahoo", "hotmail", "outlook", "live", "gmx"];
const COUNTRIES: &str = "
    com net org de fr it es nl be at ch se no dk fi ie pt gr pl cz hu ro bg tr ru ca in jp co.uk co.in co.jp
    co.id co.il com.br com.au com.ar com.mx com.tr com.sg com.hk";
const YANDEX_COUNTRIES: &str = "ua uz az tm eu com.tr com.am com.ge";

struct Lists {
    providers: Vec<(u32, &'static str)>,
    known: HashSet<&'static str>,
    one_ending: Vec<(&'static str, &'static str)>,
    countries: Vec<&'static str>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists {
    providers: PROVIDERS.split_ascii_whitespace().map(|p| (letters(p), p)).collect(),
    known: PROVIDERS.split_ascii_whitespace().chain(HONEST.split_ascii_whitespace()).collect(),
    one_ending: ONE_ENDING.iter().map(|p| (name(p), *p)).collect(),
    countries: COUNTRIES.split_ascii_whitespace().collect(),
});

/// The text of ours for a domain under which mail is known to arrive.
pub(super) fn known(domain: &str) -> Option<&'static str> {
    LISTS.known.get(domain).copied()
}

fn is_of_a_country(domain: &str) -> bool {
    let (name, ending) = domain.split_once('.').unwrap_or((domain, ""));
    (MANY_ENDINGS.contains(&name) && LISTS.countries.contains(&ending))
        || (name == "yandex" && YANDEX_COUNTRIES.split(' ').any(|c| c == ending))
}

/// The provider that a misspelt domain means; `None` when the domain may well be right.
pub(super) fn meant(domain: &str) -> Option<&'static str> {
    if known(domain).is_some() || is_of_a_country(domain) {
        return None;
    }
    let name = name(domain);
    if let Some((_, meant)) = LISTS.one_ending.iter().find(|(its, _)| *its == name) {
        return (domain.matches('.').count() < 2).then_some(meant);
    }
    let set = letters(domain);
    let near = LISTS.providers.iter().filter(|(its, provider)| {
        let edits = edits_allowed(provider);
        domain.len().abs_diff(provider.len()) <= edits && (set ^ its).count_ones() as usize <= 2 * edits
    });
    near.filter_map(|(_, provider)| Some((edits(domain, provider)?, *provider))).min_by_key(|(e, _)| *e).map(|(_, p)| p)
}

/// Two letters of a long name are a typo; of a short one they are another name.
fn edits_allowed(provider: &str) -> usize {
    if provider.len() > 8 { 2 } else { 1 }
}

/// How many letters were mistyped, where that is believable: people rarely miss the first letter, and
/// another country's ending is no slip.
fn edits(domain: &str, provider: &str) -> Option<usize> {
    let edits = osa::distance(domain.bytes(), provider.bytes());
    let begins_alike = domain.as_bytes().first() == provider.as_bytes().first();
    let believable = match edits {
        1 => begins_alike || provider.len() > 8,
        _ => begins_alike && name(domain) != name(provider),
    };
    (edits <= edits_allowed(provider) && believable).then_some(edits)
}

fn name(domain: &str) -> &str {
    domain.split('.').next().unwrap_or_default()
}

/// The set of a domain's letters. One edit changes at most two members of it, so that what is farther
/// away needs no measuring.
fn letters(domain: &str) -> u32 {
    domain.bytes().fold(0, |set, b| set | 1 << (b & 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_mean_the_provider_nearest() {
        for (typo, provider) in [
            ("gmial.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.ru", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("hmail.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gmali.cm", "gmail.com"),
            ("yandx.ru", "yandex.ru"),
            ("yandex.rus", "yandex.ru"),
            ("jandex.ru", "yandex.ru"),
            ("yandeks.ru", "yandex.ru"),
            ("mail.r", "mail.ru"),
            ("mali.ru", "mail.ru"),
            ("maill.ru", "mail.ru"),
            ("hotmial.com", "hotmail.com"),
            ("hotmail.con", "hotmail.com"),
            ("outlok.com", "outlook.com"),
            ("ramler.ru", "rambler.ru"),
            ("rambler.com", "rambler.ru"),
            ("iclod.com", "icloud.com"),
            ("yaho.com", "yahoo.com"),
            ("inbox.r", "inbox.ru"),
            ("gmailcom", "gmail.com"),
        ] {
            assert_eq!(meant(typo), Some(provider), "{typo}");
        }
    }

    #[test]
    fn other_domains_are_left_alone() {
        for domain in [
            "bk.ru",
            "mail.com",
            "mai.ru",
            "nail.ru",
            "yahoo.co.uk",
            "hotmail.it",
            "yandex.com.tr",
            "orange.ru",
            "example.com",
            "example.org",
            "company.ru",
            "mail.example",
            "gmail.example.org",
            "ok.ru",
            "msu.ru",
            "почта.рф",
        ] {
            assert_eq!(meant(domain), None, "{domain}");
        }
        for provider in PROVIDERS.split_ascii_whitespace() {
            assert!(known(provider).is_some() && meant(provider).is_none(), "{provider}");
        }
    }
}
