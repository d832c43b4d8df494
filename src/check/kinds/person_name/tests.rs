//! Names as they stand in real sheets, all of invented people. In the tables `|` is the part mark.

use proptest::{prelude::*, test_runner::RngSeed};

use super::KIND;
use crate::{
    check::{
        kind::{How, Input, Out},
        mess,
        testing::{TODAY, check, check_parts},
    },
    name::{Name, PART_MARK},
    sheet::Raw,
};

#[track_caller]
fn whole(raw: &str, expected: &str, codes: &[&str]) {
    let expected = expected.replace('|', "\u{1f}");
    let values: &[&str] = if expected.is_empty() { &[] } else { &[&expected] };
    check(&KIND, Raw::Text(raw), values, codes);
}

#[track_caller]
fn parts(raws: [&str; 3], expected: &str, codes: &[&str]) {
    let expected = expected.replace('|', "\u{1f}");
    let values: &[&str] = if expected.is_empty() { &[] } else { &[&expected] };
    let named = ["family", "given", "patronymic"].into_iter().zip(raws);
    let raws: Vec<_> = named.map(|(part, raw)| (Some(part), Raw::Text(raw))).collect();
    check_parts(&KIND, &How::new(TODAY), &raws, values, codes);
}

#[test]
fn marks_of_a_program_are_no_part_of_a_name() {
    whole("'Анна Петрова'", "Петрова|Анна|", &[]);
}

#[test]
fn russian_names_in_every_order() {
    for (raw, expected) in [
        ("Иванов Иван Иванович", "Иванов|Иван|Иванович"),
        ("Иван Иванович Иванов", "Иванов|Иван|Иванович"),
        ("Иван Петров Сергеевич", "Петров|Иван|Сергеевич"),
        ("Савченко Елена Егоровна", "Савченко|Елена|Егоровна"),
        ("Марина Ильинична Константин", "Константин|Марина|Ильинична"),
        ("Абрамович Роман Аркадьевич", "Абрамович|Роман|Аркадьевич"),
        ("Роман Аркадьевич Абрамович", "Абрамович|Роман|Аркадьевич"),
        ("Абрамович Роман", "Абрамович|Роман|"),
        ("Гусева Евгения Сменовна", "Гусева|Евгения|Сменовна"),
        ("Иванова Анна Мария", "Иванова|Анна Мария|"),
        ("Набатин Дантил Павловч", "Набатин|Дантил|Павловч"),
        ("Иванова Петрова Анна Сергеевна", "Иванова Петрова|Анна|Сергеевна"),
        ("Анна Сергеевна Иванова Петрова", "Иванова Петрова|Анна|Сергеевна"),
        ("Иванов И.О.", "Иванов|И.|О."),
        ("Иванов И. О.", "Иванов|И.|О."),
        ("Иванов И О", "Иванов|И.|О."),
        ("Иванов ИО", "Иванов|И.|О."),
        ("Иванов И.", "Иванов|И.|"),
        ("И.О. Иванов", "Иванов|И.|О."),
        ("И.О.Иванов", "Иванов|И.|О."),
        ("и о иванов", "Иванов|И.|О."),
        ("Марина К.", "К.|Марина|"),
        ("Марина А.В.", "Марина|А.|В."),
        ("Иванова Мария С.", "Иванова|Мария|С."),
        ("Мария С. Иванова", "Иванова|Мария|С."),
        ("Антонов Павел", "Антонов|Павел|"),
        ("Павел Антонов", "Антонов|Павел|"),
        ("Ольга Ким", "Ким|Ольга|"),
        ("Ким Ольга", "Ким|Ольга|"),
        ("Снмён Желкин", "Желкин|Снмён|"),
        ("Елена Петровна", "|Елена|Петровна"),
        ("Иванов Петрович", "Иванов||Петрович"),
        ("Ольга", "|Ольга|"),
        ("Лев", "|Лев|"),
        ("тома", "|Тома|"),
        ("Марина Лебедева", "Лебедева|Марина|"),
        ("Константин Лебедев", "Лебедев|Константин|"),
        ("Алиев Вагиф Мамед оглы", "Алиев|Вагиф|Мамед оглы"),
        ("Алиева Севда Мамед кызы", "Алиева|Севда|Мамед кызы"),
        ("АЛИЕВ ВАГИФ МАМЕД-ОГЛЫ", "Алиев|Вагиф|Мамед-оглы"),
        ("Людвиг ван Бетховен", "ван Бетховен|Людвиг|"),
        ("фон Браун Анна", "фон Браун|Анна|"),
        ("Петров Иван Сергеевич мл.", "Петров мл.|Иван|Сергеевич"),
    ] {
        whole(raw, expected, &[]);
    }
}

#[test]
fn english_and_transliterated_names() {
    for (raw, expected) in [
        ("Harris, Rachel", "Harris|Rachel|"),
        ("Harris,Rachel", "Harris|Rachel|"),
        ("ward, ashley", "Ward|Ashley|"),
        ("lindby, zorana", "Lindby|Zorana|"),
        ("Rckford, Mary", "Rckford|Mary|"),
        ("James, Victoria", "James|Victoria|"),
        ("LEWIS, JESDICA", "Lewis|Jesdica|"),
        ("Harris, Rachel J.", "Harris|Rachel|J."),
        ("Garcia Lopez, Maria", "Garcia Lopez|Maria|"),
        ("Kuznetsova, Olga Ivanovna", "Kuznetsova|Olga|Ivanovna"),
        ("Rachel Harris", "Harris|Rachel|"),
        ("rachel harris", "Harris|Rachel|"),
        ("Xandra Lindby", "Lindby|Xandra|"),
        ("Mary Ann O'Connor", "O'Connor|Mary Ann|"),
        ("Mary Ann O’Connor", "O'Connor|Mary Ann|"),
        ("Ryan J. Rockstone", "Rockstone|Ryan|J."),
        ("J. R. Rockstone", "Rockstone|J.|R."),
        ("Rockstone J.R.", "Rockstone|J.|R."),
        ("J Adhford", "Adhford|J.|"),
        ("Rachel H.", "H.|Rachel|"),
        ("Jan van der Berg", "van der Berg|Jan|"),
        ("van der Berg, Jan", "van der Berg|Jan|"),
        ("van der Berg Jan", "van der Berg|Jan|"),
        ("JAN VAN DER BERG", "van der Berg|Jan|"),
        ("Maria De Souza", "De Souza|Maria|"),
        ("Jean-Paul Martin-Dubois", "Martin-Dubois|Jean-Paul|"),
        ("John Smith Jr.", "Smith Jr.|John|"),
        ("John Smith, Jr.", "Smith Jr.|John|"),
        ("Smith, John, Jr", "Smith Jr.|John|"),
        ("John Smith III", "Smith III|John|"),
        ("John Smith, PhD", "Smith|John|"),
        ("Mr Wilkinson", "Wilkinson||"),
        ("Mr James", "James||"),
        ("Mrs. Rachel Harris", "Harris|Rachel|"),
        ("Smith, Dr. John", "Smith|John|"),
        ("SARAH DAVIES", "Davies|Sarah|"),
        ("DONALD MCCARTHY", "McCarthy|Donald|"),
        ("Donald McCarthy", "McCarthy|Donald|"),
        ("Ivan Borislov", "Borislov|Ivan|"),
        ("Kuznetsova Olga", "Kuznetsova|Olga|"),
        ("Lomenko Ol'ga", "Lomenko|Ol'ga|"),
        ("Ivan Petrovich Borislov", "Borislov|Ivan|Petrovich"),
        ("Borislov Ivan Petrovich", "Borislov|Ivan|Petrovich"),
        ("Ol'ga Il'inichna", "|Ol'ga|Il'inichna"),
        ("Boris Козлов", "Козлов|Boris|"),
        ("Rachel", "|Rachel|"),
    ] {
        whole(raw, expected, &[]);
    }
}

#[test]
fn what_nobody_can_tell_stays_loose() {
    for (raw, expected) in [
        ("Петрова", "Петрова"),
        ("Harris", "Harris"),
        ("Бжезык Дантил", "Бжезык Дантил"),
        ("Иванова Петрова", "Иванова Петрова"),
        ("Роман Сергей", "Роман Сергей"),
        ("А. Б.", "А. Б."),
        ("王小明", "王小明"),
        ("Дантил Бжезык мл.", "Дантил Бжезык мл."),
    ] {
        whole(raw, expected, &[]);
    }
}

#[test]
fn case_titles_and_signs() {
    for (raw, expected) in [
        ("ИВАНОВА-ПЕТРОВА АННА", "Иванова-Петрова|Анна|"),
        ("иванова-петрова анна", "Иванова-Петрова|Анна|"),
        ("Петров иван", "Петров|Иван|"),
        ("Иван ПЕТРОВ", "Петров|Иван|"),
        ("Семён Королёв", "Королёв|Семён|"),
        ("г-н Петров", "Петров||"),
        ("г-н Иван", "|Иван|"),
        ("Г-жа Петрова Анна", "Петрова|Анна|"),
        ("тов. Петров Иван", "Петров|Иван|"),
        ("д-р Петров", "Петров||"),
        ("ИП Петрова Анна Сергеевна", "Петрова|Анна|Сергеевна"),
        ("тётя Валя", "|Валя|"),
        ("Иванова - Петрова Анна", "Иванова-Петрова|Анна|"),
        ("\"Анна\"", "|Анна|"),
        ("Иванов\nИван\nИванович", "Иванов|Иван|Иванович"),
        ("- Анна", "|Анна|"),
        (" Лобенко\u{a0} Варвара ", "Лобенко|Варвара|"),
        ("Иванов, Иван, Иванович", "Иванов|Иван|Иванович"),
        ("Анна, Петрова", "Петрова|Анна|"),
        ("Иванов, Иван", "Иванов|Иван|"),
        ("Лев Анна-Мария", "Лев Анна-Мария"),
        ("Анна ЛИ", "Ли|Анна|"),
        ("Pao Vang", "Vang|Pao|"),
        ("Fio Smith", "Smith|Fio|"),
    ] {
        whole(raw, expected, &[]);
    }
}

#[test]
fn what_is_no_name_is_cut_off() {
    for (raw, expected, code) in [
        ("Melissa Lewis - member", "Lewis|Melissa|", "name-remark"),
        ("Анна (мама Пети)", "|Анна|", "name-remark"),
        ("Анна (мама", "|Анна|", "name-remark"),
        ("Анна мама Пети", "|Анна|", "name-remark"),
        ("Анна с дочкой", "|Анна|", "name-remark"),
        ("Иван, звонить вечером", "|Иван|", "name-remark"),
        ("Петрова А.С., бухгалтер", "Петрова|А.|С.", "name-remark"),
        ("Женя Таленкова постоянный", "Таленкова|Женя|", "name-remark"),
        ("женя таленкова постоянный", "Таленкова|Женя|", "name-remark"),
        ("Eric Young VIP", "Young|Eric|", "name-remark"),
        ("James, Victoria VIP", "James|Victoria|", "name-remark"),
        ("Елена Лукьянова (новый)", "Лукьянова|Елена|", "name-remark"),
        ("Иванова (Петрова) Мария", "Иванова|Мария|", "name-remark"),
        ("Иван «Ваня» Петров", "Петров|Иван|", "name-remark"),
        ("Анна ❤", "|Анна|", "name-remark"),
        ("Анна anna@example.com", "|Анна|", "name-remark"),
        ("Анна почта: anna@example.com", "|Анна|", "name-remark"),
        ("Иванов Иван Петрович Москва", "Иванов|Иван|Петрович", "name-remark"),
        ("Иван 2", "|Иван|", "name-number"),
        ("Иван2", "|Иван|", "name-number"),
        ("Мария 89161234567", "|Мария|", "name-number"),
        ("Шyтникoв Иван", "Шутников|Иван|", "name-lookalike"),
        ("Гpомов A.H.", "Громов|А.|Н.", "name-lookalike"),
        ("0льга Петр0ва", "Петрова|Ольга|", "name-lookalike"),
        ("Jаne Smith", "Smith|Jane|", "name-lookalike"),
        ("Яndex Анна", "Яndex|Анна|", "name-two-alphabets"),
        ("Kt,tltdf dfkthbz", "Лебедева|Валерия|", "name-layout"),
    ] {
        whole(raw, expected, &[code]);
    }
}

#[test]
fn what_holds_no_name_is_an_error() {
    for (raw, code) in [
        ("+7 (916) 123-45-67", "name-contact"),
        ("anna@example.com", "name-contact"),
        ("@anna_petrova", "name-contact"),
        ("Тел. 8 900 123 45 05", "name-contact"),
        ("e-mail: anna@example.com", "name-contact"),
        ("12", "name-no-letter"),
        ("!!!", "name-no-letter"),
        ("Ив4н", "name-digit"),
        ("ООО Ромашка", "name-organization"),
        ("Acme Ltd.", "name-organization"),
        ("Иван и Мария", "name-several"),
        ("Иванов И. / Петров П.", "name-several"),
        ("John & Mary Smith", "name-several"),
        ("JOHN AND MARY SMITH", "name-several"),
        ("Анна, Мария", "name-several"),
        ("просьба перед приездом набрать два раза и ждать ответа", "name-sentence"),
    ] {
        whole(raw, "", &[code]);
    }
    for raw in [Raw::Number(7.0), Raw::Date(45292.0), Raw::Bool(true)] {
        check(&KIND, raw, &[], &["name-not-text"]);
    }
    for raw in ["-", "нет", "n/a", "не указан", ""] {
        whole(raw, "", &[]);
    }
}

#[test]
fn columns_of_a_name() {
    for (raws, expected, codes) in [
        (["Иванова", "Анна", "Сергеевна"], "Иванова|Анна|Сергеевна", &[][..]),
        (["ИВАНОВА", "анна", "СЕРГЕЕВНА"], "Иванова|Анна|Сергеевна", &[]),
        (["", "Nancy", ""], "|Nancy|", &[]),
        (["Nancy", "", ""], "Nancy||", &[]),
        (["smith", "mary ann", ""], "Smith|Mary Ann|", &[]),
        (["Иванова", "Анна Сергеевна", ""], "Иванова|Анна|Сергеевна", &[]),
        (["Harris", "Rachel J.", ""], "Harris|Rachel|J.", &[]),
        (["Иванова Анна Сергеевна", "", ""], "Иванова|Анна|Сергеевна", &[]),
        (["", "Анна Иванова", ""], "Иванова|Анна|", &[]),
        (["Harris, Rachel", "", ""], "Harris|Rachel|", &[]),
        (["Garcia Lopez", "", ""], "Garcia Lopez||", &[]),
        (["", "Mary Ann", ""], "|Mary Ann|", &[]),
        (["van der Berg", "Jan", ""], "van der Berg|Jan|", &[]),
        (["Smith Jr.", "John", ""], "Smith Jr.|John|", &[]),
        (["Мария", "Медведева", ""], "Медведева|Мария|", &["name-swapped"]),
        (["Иванов", "Лев", "Валерьевич"], "Иванов|Лев|Валерьевич", &[]),
        (["Марина", "Константин", ""], "Марина|Константин|", &[]),
        (["-", "Анна", "нет"], "|Анна|", &[]),
        (["Гyceйнова", "Анна", ""], "Гусейнова|Анна|", &["name-lookalike"]),
        (["Иванова", "Анна (новая)", ""], "Иванова|Анна|", &["name-remark"]),
        (["+79161234567", "Анна", ""], "", &["name-contact"]),
        (["-", "", "-"], "", &[]),
    ] {
        parts(raws, expected, codes);
    }
    check_parts(&KIND, &How::new(TODAY), &[(Some("given"), Raw::Number(5.0))], &[], &["name-not-text"]);
}

fn read(inputs: &[Input<'_>]) -> String {
    let (mut text, mut notes) = (String::new(), Vec::new());
    (KIND.parse)(inputs, &How::new(TODAY), &mut Out { text: &mut text, mark: None, values: 0, notes: &mut notes });
    text
}

/// A canonical name given back as columns, or as a whole where its parts are unknown.
fn read_again(canonical: &str) -> String {
    let input = |part, text| Input { part, raw: Raw::Text(text) };
    let inputs: Vec<Input<'_>> = match canonical.split(PART_MARK).collect::<Vec<_>>().as_slice() {
        [loose] => vec![input(None, loose)],
        parts => parts.iter().enumerate().filter(|(_, t)| !t.is_empty()).map(|(at, t)| input(Some(at), t)).collect(),
    };
    read(&inputs)
}

fn russian() -> &'static str {
    concat!(
        "(Анна|иванова|Петрович|фон|де|оглы|мл\\.|и|г-н|Шyтник|Лев|[А-Яа-яЁё]{1,4})",
        "([ ,.-]|, | - | \\(|'|\"|/|@|0|)",
        "(Иван |ИВАНОВ|Петрова |мама |[А-Яа-я]\\.|[А-Яа-яё' -]{0,6}){0,3}",
    )
}

fn english() -> &'static str {
    concat!(
        "(Rachel|HARRIS|van|de|Jr|and|VIP|Mr|Lynn|petrova|[A-Za-z]{1,4})",
        "([ ,.-]|, | - | \\(|'|\"|/|@|0|)",
        "(Olga |harris |Ivanovna|ogly|James|III|[A-Za-z]\\.|[a-zA-Z' -]{0,6}){0,3}",
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        rng_seed: RngSeed::Fixed(17),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_canonical_name_stays_as_it_is(text in prop_oneof![russian(), english()]) {
        let text = mess::clean(&text).into_owned();
        let canonical = read(&[Input { part: None, raw: Raw::Text(&text) }]);
        // a word that is something else when it stands alone: a placeholder, or typed in the wrong layout
        let else_alone = |word: &str| super::layout::retyped(word).is_some() || mess::is_placeholder(word);
        prop_assume!(!canonical.split([' ', PART_MARK]).any(|word| !word.is_empty() && else_alone(word)));
        prop_assert_eq!(&read_again(&canonical), &canonical, "{}", text);
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,40}", family in "\\PC{0,20}") {
        let canonical = read(&[Input { part: None, raw: Raw::Text(&text) }]);
        prop_assert!(canonical.matches(PART_MARK).count() == 0 || canonical.matches(PART_MARK).count() == 2);
        let _ = Name::parse(&canonical);
        read(&[Input { part: Some(0), raw: Raw::Text(&family) }, Input { part: Some(1), raw: Raw::Text(&text) }]);
    }
}
