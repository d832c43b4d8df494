//! What a column seems to be by the words of its header, in Russian and English and as common programs
//! (Google Forms and Contacts, Outlook, amoCRM, Bitrix24, `HubSpot`) export them.

use std::sync::LazyLock;

use crate::check::mess;

/// What a column seems to be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Role {
    /// A whole name.
    Name,
    Family,
    Given,
    Patronymic,
    /// A person or a firm: the cells tell.
    Client,
    Organization,
    Phone,
    Email,
    /// Phones and e-mails, as they come.
    Contacts,
    Address,
    Street,
    City,
    Region,
    Postcode,
    Country,
    Birth,
    /// A date; the smaller the number, the better it tells when the person was last here.
    Date(u8),
    Inn,
    Ogrn,
    Snils,
    Id,
    Job,
    Url,
    Money,
    Number,
    Choice,
    /// Who agreed to news and offers.
    Newsletter,
    /// Who agreed to the use of their data.
    Agreed,
    ConsentDate,
    /// Who said no.
    Withdrawn,
    /// Numbers that rows get from their place.
    RowNumber,
    /// Free text, which may say anything about anybody.
    Notes,
    /// Names of somebody else: a manager, a spouse.
    Other,
    /// Nothing for a list of people.
    Passed,
}

/// When somebody filled a form in.
pub(super) const TIMESTAMP: u8 = 3;

/// The words of each role; the first that fits counts. `*` ends a stem, `=` stands before a whole header.
#[rustfmt::skip]
const RULES: &[(Role, &str)] = &[
    (Role::RowNumber, "=№|=#|=no|=n|=п п|№ п п|номер п п|=номер по порядку|=nn|=row|=row number"),
    (Role::Passed, "label*|display name|phonetic*|yomi*|=type|=prefix|=suffix|name prefix|name suffix|=title|\
        nickname|file as|=initials|photo|fax*|факс*|e mail type|ip|ip address|po box|extended address|password|пароль|\
        login|логин|department|отдел|=обращение|file name|user name|username|utm*"),
    (Role::Other, "ответственн*|кем созда*|кем редакт*|кем измен*|менеджер*|manager*|owner*|created by|modified by|\
        assistant*|spouse|супруг*|children|assigned*|responsible|исполнитель*|мастер|врач|doctor|referred by"),
    (Role::Withdrawn, "отписал*|отписк*|отозв*|отозван*|отзыв согласия|дата отзыва|unsubscribe*|opted out|opt out|\
        optout|withdrawn|withdrew|do not call|do not email|do not contact|не звонить|не писать|отказ*"),
    (Role::ConsentDate, "дата согласи*|согласи* дата|дата подписки|consent date|date of consent|opt in date|opt in time|\
        optin time|subscribed at|subscribe date|agreed on|дата получения согласия"),
    (Role::Newsletter, "рассыл*|новост*|реклам*|акци*|подписк*|подписан*|newsletter*|marketing|subscribed|subscription|\
        mailing|offers|promo*|news|opt in|optin|email updates"),
    (Role::Agreed, "согласи*|согласен|согласна|согласны|персональных данных|consent*|agree*|gdpr|privacy"),
    (Role::Birth, "рожд*|=др|=д р|birth*|dob|born|bday"),
    (Role::Inn, "инн|inn|tin"),
    (Role::Ogrn, "огрн*|ogrn*"),
    (Role::Snils, "снилс|snils"),
    (Role::Email, "e mail*|email*|mail|почта|электронн* почт*|электронн* адрес*|адрес электронн*|мейл|имейл|имэйл|майл"),
    (Role::Phone, "телефон*|тел|phone*|mobile*|мобильн*|моб|сотов*|cell|tel|telephone*|whatsapp|вотсап|ватсап|viber"),
    (Role::Contacts, "контакты|contacts|контактн* данн*|контактн* информац*|contact info*|contact details|как связаться"),
    (Role::Url, "сайт*|website*|web page|url|ссылка|vk|вконтакте|instagram|telegram|телеграм|соцсет*|linkedin|facebook"),
    (Role::Date(1), "последн* заказ*|последн* визит*|последн* покупк*|последн* посещ*|последн* обращ*|last order*|\
        last visit*|last purchase*|last activity*|last contacted"),
    (Role::Date(2), "дата заказ*|дата визит*|дата покупк*|дата посещ*|дата прием*|дата обращ*|дата доставк*|доставлен*|\
        дата продаж*|дата записи|дата сделки|дата оплаты|дата поставки|дата отгрузки|order date|date of order|visit date|\
        date of visit|purchase date|purchased*|delivered*|date ordered|ordered*|visited*|appointment date|payment date"),
    (Role::Date(TIMESTAMP), "отметка времени|timestamp|submitted at|submission*|дата заполнения|время отправки"),
    (Role::Date(4), "дата договор*|contract date|date of contract"),
    (Role::Date(5), "дата измен*|дата редакт*|modified*|last modified|updated*|дата обновл*"),
    (Role::Date(6), "дата созда*|created*|create date|дата добавл*|дата регистр*|registered*|sign up*|signup*|added*"),
    (Role::Postcode, "индекс|postal code|post code|postcode|zip*"),
    (Role::Country, "страна|country*"),
    (Role::City, "город|city|town|населенн* пункт*"),
    (Role::Region, "область|регион|state|region|province|край|county"),
    (Role::Street, "улица|street*"),
    (Role::Address, "адрес*|address*"),
    (Role::Job, "должность|job title|position|organization title|профессия|job"),
    (Role::Id, "id|ид|uid|guid|код|код клиента|client no|customer no|member no|card no|card number|номер карт*|№ карт*|\
        карт* №|=карта|=card|№ договор*|номер договор*|=договор|contract no|contract number|номер клиента|№ клиента|\
        номер заказа|№ заказа|=заказ|order no|order number|patient no|номер пациента"),
    (Role::Organization, "организаци*|компани*|фирма|=название|=наименование|название организации|юр лицо|юридическ*|\
        company*|organisation*|organization*|firm|account name|business name|employer|место работы|предприятие"),
    (Role::Name, "фио|ф и о|фамилия имя*|имя фамилия|имя и фамилия|полное имя|ваше имя|full name|=name|=имя клиента|\
        как вас зовут|как к вам обращаться|contact person|contact name|контактн* лиц*|your name|client name|\
        customer name|patient name|member name|student name|guest name|участник*|ученик*|студент*|пациент*|гость|\
        подписчик*|представитель|директор|руководитель|имена|names|patient|student|member|guest|attendee|сотрудник*"),
    (Role::Patronymic, "отчество|patronymic|middle name|=middle"),
    (Role::Family, "фамилия|last name|surname|family name|lastname"),
    (Role::Given, "имя|first name|given name|firstname|forename"),
    (Role::Client, "клиент*|покупател*|заказчик*|получател*|контакт|contact|customer*|client*|buyer*|контрагент*|name"),
    (Role::Notes, "комментар*|примечан*|заметк*|notes|note|comment*|описание|description|пожелан*|remark*|memo|отзыв*|\
        теги|tags|categories|message|сообщение"),
    (Role::Money, "сумма*|стоимость|цена|оплачено|оплата|выручка|бюджет|долг|баланс|amount*|price|total*|paid|revenue|\
        spent|ltv|cost|balance"),
    (Role::Number, "количество|кол во|возраст|age|quantity|qty|visits|визитов|скидка*|discount|бонус*|points|балл*"),
    (Role::Choice, "статус*|status*|=пол|gender|sex|филиал*|branch|категория*|category|тариф*|сегмент*|группа|group|\
        размер|size|канал|источник|source|stage|тип контакта|тип клиента|=тип"),
    (Role::Date(7), "=дата|=date|=когда|дата|date|=day|=since"),
];

/// The roles by which somebody can be told or reached: names, firms, contacts.
pub(super) fn is_somebody(role: Role) -> bool {
    use Role::{Client, Contacts, Email, Family, Given, Name, Organization, Phone};
    matches!(role, Name | Family | Given | Client | Organization | Phone | Email | Contacts)
}

/// What a header says, if it says anything that is known here.
pub(super) fn role(header: &str) -> Option<Role> {
    /// A header that is longer is a sentence of a form; its words still count, a whole text's don't.
    const CHARS_MAX: usize = 300;
    if header.chars().count() > CHARS_MAX {
        return None;
    }
    let text = words(header);
    // `Телефон 2`, `E-mail 1 - Value`
    let text: Vec<&str> = text.split(' ').filter(|w| !w.bytes().all(|b| b.is_ascii_digit())).collect();
    PATTERNS.iter().find(|pattern| pattern.fits(&text)).map(|pattern| pattern.role)
}

/// The patterns of all roles, in the order in which they count.
static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let of_role = |(role, all): &(Role, &'static str)| {
        let role = *role;
        all.split('|').map(str::trim).map(move |text| Pattern {
            role,
            is_whole: text.starts_with('='),
            stems: text.trim_start_matches('=').split(' ').collect(),
        })
    };
    RULES.iter().flat_map(of_role).collect()
});

struct Pattern {
    role: Role,
    /// Whether it is all of the header.
    is_whole: bool,
    stems: Vec<&'static str>,
}

impl Pattern {
    fn fits(&self, words: &[&str]) -> bool {
        let here = |window: &[&str]| window.iter().zip(&self.stems).all(|(word, stem)| is_of(word, stem));
        let length = self.stems.len();
        if self.is_whole { words.len() == length && here(words) } else { words.windows(length).any(here) }
    }
}

/// The several things that one header names: `ФИО, телефон, почта`.
pub(super) fn roles_of_parts(header: &str) -> Vec<Role> {
    let joined = mess::clean(header).replace(" и ", ",").replace(" and ", ",");
    let parts = joined.split([',', ';', '/', '+', '&', '\n', '|']);
    let mut roles: Vec<Role> = parts.filter_map(role).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// The words of a header in small letters, with single spaces between.
fn words(header: &str) -> String {
    let lower = mess::clean(header).to_lowercase().replace('ё', "е");
    let spaced = lower.replace('№', " № ").replace('#', " # ");
    let words = spaced.split(|c: char| !c.is_alphanumeric() && c != '№' && c != '#').filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn is_of(word: &str, stem: &str) -> bool {
    stem.strip_suffix('*').map_or(word == stem, |stem| word.starts_with(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Option<Role>) {
        assert_eq!(role(header), expected, "{header}");
    }

    #[test]
    fn headers_of_lists_and_programs_are_known() {
        use Role::*;
        for (header, expected) in [
            ("ФИО", Name),
            ("Ф.И.О.", Name),
            ("Фамилия, имя, отчество", Name),
            ("Фамилия", Family),
            ("ИМЯ", Given),
            ("Ваше имя", Name),
            ("Middle Name", Patronymic),
            ("Last Name", Family),
            ("Контактное лицо", Name),
            ("Клиент", Client),
            ("Телефон", Phone),
            ("Тел. 2", Phone),
            ("Номер телефона", Phone),
            ("Phone 1 - Value", Phone),
            ("Phone 1 - Label", Passed),
            ("E-mail 1 - Value", Email),
            ("E-mail Display Name", Passed),
            ("E-mail Address", Email),
            ("Эл. почта", Email),
            ("Адрес электронной почты", Email),
            ("Рабочий e-mail", Email),
            ("Почтовый индекс", Postcode),
            ("Почтовый адрес", Address),
            ("Address 1 - Formatted", Address),
            ("Address 1 - City", City),
            ("Home Postal Code", Postcode),
            ("Business Country/Region", Country),
            ("Organization Name", Organization),
            ("Organization Title", Job),
            ("Job Title", Job),
            ("Title", Passed),
            ("Наименование", Organization),
            ("ИНН/КПП", Inn),
            ("Дата рождения", Birth),
            ("ДР", Birth),
            ("Отметка времени", Date(TIMESTAMP)),
            ("Timestamp", Date(TIMESTAMP)),
            ("Дата последнего визита", Date(1)),
            ("Дата заказа", Date(2)),
            ("Дата создания", Date(6)),
            ("Create Date", Date(6)),
            ("Дата", Date(7)),
            ("№", RowNumber),
            ("№ п/п", RowNumber),
            ("№ карты", Id),
            ("№ договора", Id),
            ("Card no.", Id),
            ("Record ID", Id),
            ("Contact owner", Other),
            ("Ответственный", Other),
            ("Согласен на рассылку", Newsletter),
            ("I agree to receive offers", Newsletter),
            ("Subscribed", Newsletter),
            ("Согласие на обработку персональных данных", Agreed),
            ("Дата согласия", ConsentDate),
            ("Отписался", Withdrawn),
            ("Дата отписки", Withdrawn),
            ("Комментарий", Notes),
            ("Отзыв", Notes),
            ("Сумма", Money),
            ("Город", City),
            ("Сайт", Url),
        ] {
            check(header, Some(expected));
        }
        for header in ["", "Как вы о нас узнали?", "Анна", "абв", "Согласование", "Иванова Анна"]
        {
            check(header, None);
        }
    }

    #[test]
    fn one_header_may_name_several_things() {
        for (header, expected) in [
            ("ФИО, телефон, почта", vec![Role::Name, Role::Phone, Role::Email]),
            ("Имя и телефон", vec![Role::Given, Role::Phone]),
            ("Phone/Email", vec![Role::Phone, Role::Email]),
            ("Телефон", vec![Role::Phone]),
        ] {
            assert_eq!(roles_of_parts(header), expected, "{header}");
        }
    }
}
