//! Mailboxes that belong to a role or to everybody, not to a person.

use std::{collections::HashSet, sync::LazyLock};

/// Names of shared mailboxes, without their separators.
static ROLES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "abuse accounting accounts admin administration administrator admissions apteka billing bookkeeping booking
     bron bronirovanie buh buhg buhgalter buhgalteria bukh callcenter care client clients club company contact
     contacts contactus corp customer customers delivery director direktor dispatcher dispetcher donotreply
     dostavka email enquiries enquiry everyone feedback finance firma glavbuh hello help helpdesk hi hostmaster
     hotel hotline hr info information inquiry invoice job jobs kadry kassa klient kontakt kontakty legal logist
     logistics logistika magazin mail mailbox mailerdaemon main manager managers marketing media menedzher menejer
     news newsletter noc noreply office ofis operator opt order orders partner partners personal pochta post
     postmaster press priem priemnaya privacy purchase reception reklama reservation reservations resume rezume
     root sale sales secretary security sekretar service servis shop sklad snab store support team tech tender
     tenders webmaster welcome work zakaz zakazy zakupka zakupki zapis zayavka zayavki"
        .split_ascii_whitespace()
        .collect()
});

const SEPARATORS: [char; 3] = ['.', '-', '_'];

/// Whether a mailbox is shared by its name: `info@`, `zakaz2@`, `no-reply@`, `sales.msk@`. Takes the part
/// before the `@`, in small letters.
pub(crate) fn is_role(local: &str) -> bool {
    let local = local.split('+').next().unwrap_or_default();
    let name: String = local.chars().filter(|c| !SEPARATORS.contains(c)).collect();
    if ROLES.contains(name.trim_end_matches(|c: char| c.is_ascii_digit())) {
        return true;
    }
    // `sales.msk`, `shop_77`: a role and where it sits. A longer second word may be somebody's name.
    let mut words = local.split(SEPARATORS);
    words.next().is_some_and(|role| ROLES.contains(role)) && words.all(|w| w.len() <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_told_from_people() {
        for local in
            ["info", "zakaz", "zakaz2", "no-reply", "noreply", "sales.msk", "shop_77", "buh", "info+site", "office1"]
        {
            assert!(is_role(local), "{local}");
        }
        for local in ["anna.petrova", "ivan", "info.ivanova", "salesman", "maria.shop", "infanta", "", "1"] {
            assert!(!is_role(local), "{local}");
        }
    }
}
