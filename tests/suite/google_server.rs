//! Whether the Google Sheets server of the tests does as Google does, asked by hand and through the crates that the
//! program uses.

use std::{
    io::Read as _,
    time::{Duration, Instant},
};

use google_sheets4::{
    Sheets,
    api::{BatchUpdateValuesRequest, Scope, ValueRange},
};
use hyper_util::{client::legacy, rt::TokioExecutor};
use serde_json::{Value, json};

use crate::google::{ACCOUNT, Book, Cell, Fault, Format, Google, OTHER_ACCOUNT, Role, Sheet};
use crate::google_client::{Answer, ENOUGH, READ, WRITE, ask, claim, get, post, sign_in, sign_in_as_other, token};

#[test]
fn signs_in_whom_it_knows() {
    let google = Google::start();
    let plain = claim(&google, 0);
    let with = |name: &str, value: Value| {
        let mut claim = plain.clone();
        claim[name] = value;
        claim
    };
    let check = |claim: &Value, key: &str, expected: &str| {
        let answer = sign_in(&google, claim, key);
        let json = answer.json();
        let said = json["error_description"].as_str().or(json["token_type"].as_str());
        assert_eq!((answer.status, said), (if expected == "Bearer" { 200 } else { 400 }, Some(expected)), "{claim}");
    };
    let key = google.key_file();
    check(&plain, &key, "Bearer");
    check(&plain, &google.wrong_key_file(), "Invalid JWT Signature.");
    check(&with("iss", "nobody@x.iam.gserviceaccount.com".into()), &key, "Invalid grant: account not found");
    check(&with("scope", "".into()), &key, "Empty or missing scope not allowed.");
    check(&with("scope", "sheets".into()), &key, "Invalid OAuth scope or ID token audience provided.");
    let audience = format!("Invalid JWT: Failed audience check. The right audience is {}/token", google.endpoint());
    check(&with("aud", "https://oauth2.googleapis.com/token".into()), &key, &audience);
    let clock = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
                 iat and exp values in the JWT claim.";
    check(&claim(&google, -7200), &key, clock);
    check(&claim(&google, 7200), &key, clock);
    check(&with("exp", json!(plain["iat"].as_i64().expect("a time") + 3601)), &key, clock);
    google.state().desk.ahead_seconds = 86_400;
    check(&plain, &key, clock);
    google.state().desk.ahead_seconds = 0;
    google.state().desk.revoke_keys(ACCOUNT);
    check(&plain, &key, "Invalid JWT Signature.");
    google.state().desk.delete_account(ACCOUNT);
    check(&plain, &key, "Invalid grant: account not found");
    let other = ask(&google, "POST", "/token", &[], "grant_type=password");
    assert_eq!((other.status, &*other.json()["error"].to_string()), (400, "\"unsupported_grant_type\""));
    assert_eq!((google.tokens(), google.reads(), google.writes()), (13, 0, 0));
}

#[test]
fn lets_in_whom_it_should() {
    let book = |id: &str| Book::of(id, [clients()]);
    let mut foreign = book("foreign");
    foreign.unshare();
    let mut seen = book("seen");
    seen.share(ACCOUNT, Role::Viewer);
    let mut excel = book("excel");
    excel.excel = true;
    let google = Google::with([book("ours"), foreign, seen, excel]);
    let (read, write) = (token(&google, READ), token(&google, WRITE));
    let check = |token: &str, id: &str, writes: bool, expected: (u16, &str, &str, &str)| {
        let path = format!("/v4/spreadsheets/{id}/values");
        let answer = if writes {
            post(&google, token, &format!("{path}:batchUpdate"), &json!({ "valueInputOption": "RAW" }))
        } else {
            get(&google, token, &format!("{path}/A1"))
        };
        let error = &answer.json()["error"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let message = text(&error["message"]);
        let (code, status, begins, reason) = expected;
        assert_eq!((answer.status, text(&error["status"])), (code, status.to_owned()), "{id}");
        assert!(message.starts_with(begins), "{message}");
        assert_eq!(text(&error["details"][0]["reason"]), reason, "{id}");
    };
    let fine = (200, "", "", "");
    let closed = (403, "PERMISSION_DENIED", "The caller does not have permission", "");
    check(&read, "ours", false, fine);
    check(&write, "ours", true, fine);
    check(&write, "seen", false, fine);
    check(&write, "seen", true, closed);
    check(&read, "foreign", false, closed);
    check(&read, "none", false, (404, "NOT_FOUND", "Requested entity was not found.", ""));
    let excel = "This operation is not supported for this document";
    check(&read, "excel", false, (400, "FAILED_PRECONDITION", excel, ""));
    let scope = "Request had insufficient authentication scopes.";
    check(&read, "ours", true, (403, "PERMISSION_DENIED", scope, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"));
    let bad = "Request had invalid authentication credentials. Expected OAuth 2 access token";
    check("ya29.made-up", "ours", false, (401, "UNAUTHENTICATED", bad, ""));
    google.state().enabled = false;
    let off = "Google Sheets API has not been used in project 123456789012 before or it is disabled. Enable it by \
               visiting https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=123";
    check(&read, "ours", false, (403, "PERMISSION_DENIED", off, "SERVICE_DISABLED"));
    google.state().enabled = true;
    google.state().desk.ahead_seconds = 3600;
    check(&read, "ours", false, (401, "UNAUTHENTICATED", bad, "ACCESS_TOKEN_EXPIRED"));
    google.state().desk.ahead_seconds = 0;
    google.state().desk.revoke_tokens();
    check(&read, "ours", false, (401, "UNAUTHENTICATED", bad, ""));
    let bare = ask(&google, "GET", "/v4/spreadsheets/ours", &[], "");
    assert_eq!(bare.json()["error"]["details"][0]["reason"], "CREDENTIALS_MISSING");
    let lost = get(&google, &read, "/v4/spreadsheet/ours");
    assert_eq!((lost.status, lost.header("content-type")), (404, Some("text/html; charset=UTF-8")));
}

#[test]
fn answers_with_values_as_they_are_wanted() {
    let mut sheet = Sheet::of("Лист 1", &[&["Имя", "Телефон", ""], &[], &["Анна", "", "да"], &["", ""]]);
    sheet.set("D3", Cell::currency(1234.5)).set("E3", Cell::date(45_292.5, "dd.mm.yyyy hh:mm"));
    sheet.set("F3", true).set("G3", Cell::Error("#REF!")).set("H3", Cell::formula("=1+1", 2.0));
    sheet.set("I3", 79_161_234_567.0).set("J3", Cell::Number(79_161_234_567.0, Format::Scientific));
    sheet.set("K3", Cell::percent(0.25)).set("L3", Cell::formula("=\"\"", Cell::Text("".into()))).hide_row(3);
    let google = Google::with([Book::of("b", [sheet, Sheet::of("Empty", &[])]).russian()]);
    let token = token(&google, READ);
    let check = |query: &str, expected: &Value| {
        let answer = get(&google, &token, &format!("/v4/spreadsheets/b/values{query}&prettyPrint=false"));
        assert_eq!(answer.json(), *expected, "{query}");
    };
    check(
        ":batchGet?ranges='Лист 1'!A:B&ranges=Empty&ranges=A3&fields=valueRanges(range,values)",
        &json!({ "valueRanges": [
            { "range": "'Лист 1'!A1:B1000", "values": [["Имя", "Телефон"], [], ["Анна"]] },
            { "range": "Empty!A1:Z1000" },
            { "range": "'Лист 1'!A3", "values": [["Анна"]] },
        ] }),
    );
    let shown =
        ["1\u{a0}234,50\u{a0}₽", "01.01.2024 12:00", "TRUE", "#REF!", "2", "79161234567", "7,92E+10", "25%", ""];
    let row = |values: Value| json!({ "range": "'Лист 1'!D3:Z3", "majorDimension": "ROWS", "values": [values] });
    check("/Лист 1!D3:3?", &row(json!(shown)));
    let plain = json!([1234.5, 45_292.5, true, "#REF!", 2, 79_161_234_567_i64, 79_161_234_567_i64, 0.25, ""]);
    check("/Лист 1!D3:3?valueRenderOption=UNFORMATTED_VALUE", &row(plain));
    let mut dated = json!([1234.5, 45_292.5, true, "#REF!", "=1+1", 79_161_234_567_i64, 79_161_234_567_i64, 0.25]);
    dated.as_array_mut().expect("a list").push("=\"\"".into());
    check("/Лист 1!D3:3?valueRenderOption=FORMULA", &row(dated));
    check(
        "/Лист 1!E3?valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=FORMATTED_STRING&fields=values",
        &json!({ "values": [["01.01.2024 12:00"]] }),
    );
    check(
        "/Лист 1!A1:C5?majorDimension=COLUMNS",
        &json!({ "range": "'Лист 1'!A1:C5", "majorDimension": "COLUMNS",
                 "values": [["Имя", "", "Анна"], ["Телефон"], ["", "", "да"]] }),
    );
    check(":batchGet?", &json!({ "spreadsheetId": "b" }));
    let pretty = get(&google, &token, "/v4/spreadsheets/b/values/B1:B2");
    let expected = "{\n  \"range\": \"'Лист 1'!B1:B2\",\n  \"majorDimension\": \"ROWS\",\n  \"values\": [\n    [\n      \
                    \"Телефон\"\n    ]\n  ]\n}\n";
    assert_eq!(String::from_utf8_lossy(&pretty.body), expected);
}

#[test]
fn shows_numbers_as_locales_do() {
    let cells = [
        Cell::from(0.1 + 0.2),
        Cell::from(-1234.5),
        Cell::from(1e15),
        Cell::Number(1_234_567.891, Format::Fixed { decimals: 2, grouped: true }),
        Cell::Number(-123_456.0, Format::Fixed { decimals: 0, grouped: true }),
        Cell::Number(0.0007, Format::Scientific),
        Cell::Number(0.125, Format::Percent { decimals: 1 }),
        Cell::currency(-1234.5),
        Cell::date(45_351.0, "m/d/yyyy"),
        Cell::date(25_569.999_988_43, "yyyy-mm-dd hh:mm:ss"),
    ];
    let google = Google::with(["us", "ru"].map(|id| Book::of(id, [Sheet::holding("A", [cells.to_vec()].into_iter())])));
    google.edit(|books| books.book("ru").locale = "ru_RU".to_owned());
    let token = token(&google, READ);
    let check = |id: &str, expected: [&str; 10]| {
        let answer = get(&google, &token, &format!("/v4/spreadsheets/{id}/values/A?fields=values"));
        assert_eq!(answer.json()["values"], json!([expected]), "{id}");
    };
    check(
        "us",
        [
            "0.3",
            "-1234.5",
            "1.00E+15",
            "1,234,567.89",
            "-123,456",
            "7.00E-04",
            "12.5%",
            "-$1,234.50",
            "2/29/2024",
            "1970-01-01 23:59:59",
        ],
    );
    check(
        "ru",
        [
            "0,3",
            "-1234,5",
            "1,00E+15",
            "1\u{a0}234\u{a0}567,89",
            "-123\u{a0}456",
            "7,00E-04",
            "12,5%",
            "-1\u{a0}234,50\u{a0}₽",
            "2/29/2024",
            "1970-01-01 23:59:59",
        ],
    );
}

#[test]
fn reads_ranges_as_people_write_them() {
    let google = Google::with([Book::of("b", [clients(), Sheet::of("It's", &[]), Sheet::of("tab01", &[])])]);
    google.edit(|books| {
        books.sheet("tab01").resize(10, 3);
    });
    let token = token(&google, READ);
    let check = |range: &str, expected: &str| {
        let answer = get(&google, &token, &format!("/v4/spreadsheets/b/values:batchGet?ranges={range}"));
        let json = answer.json();
        let said = json["error"]["message"].as_str().or(json["valueRanges"][0]["range"].as_str());
        assert_eq!(said, Some(expected), "{range}");
    };
    check("Clients", "Clients!A1:Z1000");
    check("Clients!a2:C", "Clients!A2:C1000");
    check("Clients!C5:A2", "Clients!A2:C5");
    check("Clients!$B$2", "Clients!B2");
    check("Clients!2:2", "Clients!A2:Z2");
    check("A1:ZZ5000", "Clients!A1:Z1000");
    check("'It''s'!A1", "'It''s'!A1");
    check("'tab01'", "'tab01'!A1:C10");
    check("tab01!A:A", "'tab01'!A1:A10");
    check("'X'!A1", "Unable to parse range: 'X'!A1");
    check("Clients!A", "Unable to parse range: Clients!A");
    check("Clients!A0", "Unable to parse range: Clients!A0");
    check("Clients!Ж1", "Unable to parse range: Clients!Ж1");
    check("", "Unable to parse range: ");
    let limits = |range: &str, limits: &str| format!("Range ({range}) exceeds grid limits. Max rows: {limits}");
    check("Clients!A1001:B2000", &limits("Clients!A1001:B2000", "1000, max columns: 26"));
    check("Clients!A1001:B", &limits("Clients!A1001:B", "1000, max columns: 26"));
    check("Clients!1001:1010", &limits("Clients!1001:1010", "1000, max columns: 26"));
    check("tab01!D1", &limits("'tab01'!D1", "10, max columns: 3"));
}

#[test]
fn answers_with_what_is_wanted_of_a_spreadsheet() {
    let mut first = clients();
    first.merge("A4:B5").filter("A1:B9", &[3]).hide_column("B");
    first.frozen_rows = 1;
    let mut second = Sheet::of("Old", &[&["x"], &["", "y"]]);
    second.hide().merge("C1:D1").set("A2", Cell::date(45_292.0, "yyyy-mm-dd"));
    let google = Google::with([Book::of("b", [first, second])]);
    let id = google.edit(|books| books.sheet("Old").id);
    let token = token(&google, READ);
    let check = |query: &str, expected: &Value| {
        let answer = get(&google, &token, &format!("/v4/spreadsheets/b?{query}"));
        assert_eq!(answer.json(), *expected, "{query}");
    };
    let range = |id: Option<u32>, r: std::ops::Range<u32>, c: std::ops::Range<u32>| {
        let mut range = json!({ "startRowIndex": r.start, "endRowIndex": r.end,
                                "startColumnIndex": c.start, "endColumnIndex": c.end });
        if let Some(id) = id {
            range["sheetId"] = id.into();
        }
        range
    };
    check(
        "",
        &json!({
            "spreadsheetId": "b",
            "spreadsheetUrl": "https://docs.google.com/spreadsheets/d/b/edit",
            "properties": {
                "title": "Clients", "locale": "en_US", "timeZone": "America/New_York", "autoRecalc": "ON_CHANGE",
            },
            "sheets": [
                {
                    "properties": {
                        "sheetId": 0, "title": "Clients", "index": 0, "sheetType": "GRID",
                        "gridProperties": { "rowCount": 1000, "columnCount": 26, "frozenRowCount": 1 },
                    },
                    "merges": [range(None, 3..5, 0..2)],
                    "basicFilter": { "range": range(None, 0..9, 0..2) },
                },
                {
                    "properties": {
                        "sheetId": id, "title": "Old", "index": 1, "sheetType": "GRID", "hidden": true,
                        "gridProperties": { "rowCount": 1000, "columnCount": 26 },
                    },
                    "merges": [range(id, 0..1, 2..4)],
                },
            ],
        }),
    );
    check(
        "fields=properties.locale,sheets(properties(title),merges/startRowIndex)",
        &json!({ "properties": { "locale": "en_US" }, "sheets": [
            { "properties": { "title": "Clients" }, "merges": [{ "startRowIndex": 3 }] },
            { "properties": { "title": "Old" }, "merges": [{ "startRowIndex": 0 }] },
        ] }),
    );
    check(
        "ranges=Old!A1:B3&ranges=Old!C2&fields=sheets(properties.index,data(startRow,startColumn,rowData.values\
         (formattedValue,effectiveValue,effectiveFormat.numberFormat)))",
        &json!({ "sheets": [{ "properties": { "index": 1 }, "data": [
            { "rowData": [
                { "values": [
                    { "formattedValue": "x", "effectiveValue": { "stringValue": "x" }, "effectiveFormat": {} },
                ] },
                { "values": [
                    { "formattedValue": "2024-01-01", "effectiveValue": { "numberValue": 45_292.0 },
                      "effectiveFormat": { "numberFormat": { "type": "DATE", "pattern": "yyyy-mm-dd" } } },
                    { "formattedValue": "y", "effectiveValue": { "stringValue": "y" }, "effectiveFormat": {} },
                ] },
            ] },
            { "startRow": 1, "startColumn": 2 },
        ] }] }),
    );
    check(
        "ranges=Clients!B2:B3&fields=sheets.data(rowMetadata(hiddenByFilter),columnMetadata.hiddenByUser)",
        &json!({ "sheets": [{ "data": [
            { "rowMetadata": [{}, { "hiddenByFilter": true }], "columnMetadata": [{ "hiddenByUser": true }] },
        ] }] }),
    );
    check("fields=sheets.data.startRow&ranges=Clients", &json!({ "sheets": [{ "data": [{}] }] }));
}

#[test]
fn knows_its_own_fields() {
    let google = Google::with([Book::of("b", [clients()])]);
    let token = token(&google, READ);
    let whole = get(&google, &token, "/v4/spreadsheets/b?includeGridData=true&ranges=Clients!A1").json();
    assert_eq!(
        whole["sheets"][0]["data"],
        json!([{
            "rowData": [{ "values": [{
                "formattedValue": "name",
                "effectiveValue": { "stringValue": "name" },
                "userEnteredValue": { "stringValue": "name" },
                "effectiveFormat": { "verticalAlignment": "BOTTOM" },
            }] }],
            "rowMetadata": [{ "pixelSize": 21 }],
            "columnMetadata": [{ "pixelSize": 100 }],
        }])
    );
    let wrong = |fields: &str, what: &str| {
        let answer = get(&google, &token, &format!("/v4/spreadsheets/b?fields={fields}"));
        let violation = &answer.json()["error"]["details"][0]["fieldViolations"][0];
        assert_eq!((answer.status, violation), (400, &json!({ "field": fields, "description": what })));
    };
    let no_path =
        |path: &str| format!("Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.");
    wrong("sheets.sheetProperties", &no_path("sheets.sheetProperties"));
    wrong("sheets(properties(title.first))", &no_path("sheets.properties.title.first"));
    wrong("sheets(properties", "Invalid field selection sheets(properties");
}

#[test]
fn writes_all_or_nothing() {
    let mut sheet = clients();
    sheet.resize(10, 5).set("C2", Cell::date(1.0, "m/d/yyyy"));
    let google = Google::with([Book::of("b", [sheet])]);
    let token = token(&google, WRITE);
    let write = |option: &str, data: Value| {
        let body = json!({ "valueInputOption": option, "data": data });
        post(&google, &token, "/v4/spreadsheets/b/values:batchUpdate", &body).json()
    };
    let cell = |a1: &str| google.edit(|books| books.sheet("Clients").cell(a1).clone());
    let done = write(
        "RAW",
        json!([
            { "range": "Clients!D2", "values": [["=1+1", null], ["ok"]] },
            { "range": "Clients!A3:B3", "values": [[null, ""]] },
            { "range": "Clients!C2", "values": [[2]] },
        ]),
    );
    assert_eq!(
        done,
        json!({
            "spreadsheetId": "b", "totalUpdatedRows": 2, "totalUpdatedColumns": 3, "totalUpdatedCells": 4,
            "totalUpdatedSheets": 1,
            "responses": [
                { "spreadsheetId": "b", "updatedRange": "Clients!D2:E3", "updatedRows": 2, "updatedColumns": 1,
                  "updatedCells": 2 },
                { "spreadsheetId": "b", "updatedRange": "Clients!A3:B3", "updatedRows": 1, "updatedColumns": 1,
                  "updatedCells": 1 },
                { "spreadsheetId": "b", "updatedRange": "Clients!C2", "updatedRows": 1, "updatedColumns": 1,
                  "updatedCells": 1 },
            ],
        })
    );
    assert_eq!([cell("D2"), cell("D3"), cell("A3"), cell("B3")], ["=1+1", "ok", "Boris", ""].map(Cell::from));
    assert_eq!(cell("C2"), Cell::date(2.0, "m/d/yyyy"));
    let shown = google.edit(|books| books.sheet("Clients").shown("B2:D3"));
    assert_eq!(shown, [["+44 20 7946 0000", "1/1/1900", "=1+1"], ["", "", "ok"]]);
    write("USER_ENTERED", json!([{ "range": "Clients!D4", "values": [["=1+1"], ["+7916"], ["+7 (916)"], ["'+7"]] }]));
    assert_eq!(cell("D4"), Cell::formula("=1+1", Cell::Error("#NAME?")));
    assert_eq!([cell("D5"), cell("D7")], [Cell::from(7916.0), Cell::from("+7")]);
    assert_eq!(cell("D6"), Cell::formula("=7 (916)", Cell::Error("#ERROR!")));

    let refused = |option: &str, range: &str, values: Value, expected: &str| {
        let data = json!([{ "range": "A1", "values": [["lost"]] }, { "range": range, "values": values }]);
        assert_eq!(write(option, data)["error"]["message"], expected, "{range}");
        assert_eq!(cell("A1"), Cell::from("name"));
    };
    let grid = "exceeds grid limits. Max rows: 10, max columns: 5";
    refused("", "A1", json!([[1]]), "'valueInputOption' is required but not specified");
    refused("RAW", "Tab7!A1", json!([[1]]), "Invalid data[1]: Unable to parse range: Tab7!A1");
    refused("RAW", "A11", json!([[1]]), &format!("Invalid data[1]: Range (Clients!A11) {grid}"));
    refused("RAW", "A1:A11", json!([[1]]), &format!("Invalid data[1]: Range (Clients!A1:A11) {grid}"));
    let beyond = "Invalid data[1]: Requested writing within range [";
    refused("RAW", "A1:B2", json!([[1], [2], [3]]), &format!("{beyond}A1:B2], but tried writing to row [3]"));
    refused("RAW", "E9", json!([[1, 2]]), &format!("{beyond}E9], but tried writing to column [F]"));
    refused("RAW", "B1", json!([[{}]]), "Invalid data[1]: Invalid values[0][0]: struct_value");

    let append = |request: Value| {
        post(&google, &token, "/v4/spreadsheets/b:batchUpdate", &json!({ "requests": [request] })).json()
    };
    let rows = |length: u32| json!({ "appendDimension": { "sheetId": 0, "dimension": "ROWS", "length": length } });
    assert_eq!(append(rows(5)), json!({ "spreadsheetId": "b", "replies": [{}] }));
    assert_eq!(google.edit(|books| books.sheet("Clients").row_count), 15);
    let both = json!({ "requests": [rows(1), rows(9_999_999)] });
    assert_eq!(post(&google, &token, "/v4/spreadsheets/b:batchUpdate", &both).status, 400);
    assert_eq!(google.edit(|books| books.sheet("Clients").row_count), 15);
    let message = &append(rows(9_999_999))["error"]["message"];
    assert!(message.as_str().expect("a message").contains("above the limit of 10000000 cells"), "{message}");
    let unknown = "Invalid JSON payload received. Unknown name \"addSheet\" at 'requests[0]': Cannot find field.";
    assert_eq!(append(json!({ "addSheet": {} }))["error"]["message"], unknown);
}

#[test]
fn counts_reads_and_writes_apart() {
    let google = Google::with([Book::of("b", [clients()])]);
    let (one, other) = (token(&google, WRITE), sign_in_as_other(&google));
    google.edit(|books| books.book("b").share(OTHER_ACCOUNT, Role::Viewer));
    google.state().quota.set(2, 3, Duration::from_mins(1));
    let read = |token: &str| get(&google, token, "/v4/spreadsheets/b");
    let limit = |answer: Answer| answer.json()["error"]["details"][0]["metadata"]["quota_limit"].clone();
    assert_eq!([read(&one).status, read(&one).status], [200, 200]);
    let refused = read(&one);
    let error = refused.json()["error"].clone();
    assert_eq!((refused.status, refused.header("retry-after")), (429, None));
    assert_eq!(
        error["message"],
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service \
         'sheets.googleapis.com' for consumer 'project_number:123456789012'."
    );
    assert_eq!(error["details"][0]["metadata"]["quota_unit"], "1/min/{project}/{user}");
    assert_eq!(error["details"][0]["metadata"]["quota_limit_value"], "2");
    assert_eq!(limit(refused), "ReadRequestsPerMinutePerUser");
    assert_eq!(read(&other).status, 200);
    assert_eq!(limit(read(&other)), "ReadRequestsPerMinutePerProject");
    let write = || post(&google, &one, "/v4/spreadsheets/b/values:batchUpdate", &json!({ "valueInputOption": "RAW" }));
    assert_eq!([write().status, write().status], [200, 200]);
    google.state().quota.retry_after_seconds = Some(7);
    let refused = write();
    assert_eq!(refused.header("retry-after"), Some("7"));
    assert_eq!(limit(refused), "WriteRequestsPerMinutePerUser");
    // From here on a minute is over before the next request.
    google.state().quota.set(2, 3, Duration::from_nanos(1));
    assert_eq!((read(&one).status, write().status), (200, 200));
    assert_eq!((google.tokens(), google.reads(), google.writes()), (2, 6, 4));
}

#[test]
fn fails_as_it_is_told() {
    let google = Google::with([Book::of("b", [clients()])]);
    google.state().quota.lift();
    let token = token(&google, WRITE);
    let read = || get(&google, &token, "/v4/spreadsheets/b/values/A1:B2");
    let whole = read().body;
    let next = |fault: Fault| {
        google.at(google.requests() + 1, fault);
        let answer = read();
        assert_eq!(read().body, whole, "only once");
        answer
    };
    let start = Instant::now();
    assert_eq!(next(Fault::Slow(Duration::from_millis(100))).body, whole);
    assert!(start.elapsed() >= Duration::from_millis(100));
    let cut = next(Fault::Cut(20));
    assert_eq!((&cut.body[..], cut.ended), (&whole[..20], false));
    assert_eq!(cut.header("content-length"), Some(&*whole.len().to_string()));
    let cut = next(Fault::CutChunked(20));
    assert_eq!((&cut.body[..], cut.ended, cut.header("content-length")), (&whole[..20], false, None));
    assert_eq!(next(Fault::DropBefore).status, 0);
    assert_eq!(next(Fault::google(503)).json()["error"]["status"], "UNAVAILABLE");
    assert_eq!(next(Fault::google(429).retry_after(3)).header("retry-after"), Some("3"));
    assert!(String::from_utf8_lossy(&next(Fault::html(502)).body).starts_with("<!DOCTYPE html>"));
    assert_eq!(next(Fault::garbage()).body, b"not json");
    assert_eq!(next(Fault::wrong_shape()).json(), json!({}));
    assert_eq!(next(Fault::redirect("http://127.0.0.1:1/")).header("location"), Some("http://127.0.0.1:1/"));
    assert_eq!(next(Fault::Endless).body.len(), ENOUGH);

    for (name, fault) in Fault::every(Duration::from_millis(1)) {
        let answer = next(fault);
        let fine = (answer.status, answer.ended, &answer.body) == (200, true, &whole);
        assert_eq!(fine, name == "slow", "{name}");
    }
    google.always(|asked| asked.method == "GET", Fault::garbage());
    google.at(google.requests() + 1, Fault::google(503));
    assert_eq!([read().status, read().status], [503, 200], "a number goes before a rule");
    google.state().plans.clear();
    assert_eq!(read().body, whole);

    let write = |value: &str| {
        let body = json!({ "valueInputOption": "RAW", "data": [{ "range": "A1", "values": [[value]] }] });
        post(&google, &token, "/v4/spreadsheets/b/values:batchUpdate", &body).status
    };
    let first = || google.edit(|books| books.sheet("Clients").cell("A1").clone());
    google.once(|asked| asked.method == "POST", Fault::DropBefore);
    assert_eq!((write("one"), first()), (0, Cell::from("name")));
    google.once(|asked| asked.method == "POST", Fault::DropAfter);
    assert_eq!((write("two"), first()), (0, Cell::from("two")));
    google.always(|asked| asked.path.ends_with(":batchUpdate"), Fault::google(500));
    assert_eq!((write("three"), write("four"), first()), (500, 500, Cell::from("two")));
    assert_eq!(read().status, 200);
    google.state().plans.clear();
    assert_eq!((write("five"), first()), (200, Cell::from("five")));
    let last = google.log().pop().expect("a request");
    assert_eq!((last.status, last.asked.json().expect("JSON")["data"][0]["range"].clone()), (200, "A1".into()));
}

#[test]
fn lets_people_edit_between_requests() {
    let google = Google::with([Book::of("b", [clients()])]);
    let token = token(&google, READ);
    let read = || get(&google, &token, "/v4/spreadsheets/b/values/A:A?fields=values").json()["values"].clone();
    google.after(2, |books| {
        books.sheet("Clients").delete_rows(2..3);
    });
    google.before(3, |books| {
        books.sheet("Clients").insert_column_before("A").set("A1", "id");
    });
    assert_eq!(read(), json!([["name"], ["Anna"], ["Boris"]]));
    assert_eq!(read(), json!([["id"]]));
    google.edit(|books| {
        books.sheet("Clients").delete_column("A").push(&["Zoe"]).push(&["Ada"]).sort_by("A");
    });
    assert_eq!(read(), json!([["name"], ["Ada"], ["Boris"], ["Zoe"]]));
    google.edit(|books| {
        books.sheet("Clients").insert_row_before(2).hide_row(4).insert_row_before(3);
    });
    assert_eq!(read(), json!([["name"], [], [], ["Ada"], ["Boris"], ["Zoe"]]));
    assert!(google.edit(|books| books.sheet("Clients").hidden_rows.contains(&4)));
    google.edit(|books| {
        books.sheet("Clients").swap_columns("A", "B").clear().rename("New");
    });
    assert_eq!(read(), Value::Null);
    assert_eq!(google.edit(|books| books.sheet("New").row_count), 1001);
}

#[test]
fn compresses_for_those_who_ask_twice() {
    let google = Google::with([Book::of("b", [clients()])]);
    let bearer = format!("Bearer {}", token(&google, READ));
    let path = "/v4/spreadsheets/b/values/A1:B3";
    let plain = ask(&google, "GET", path, &[("authorization", &bearer), ("accept-encoding", "gzip")], "");
    assert_eq!(plain.header("content-encoding"), None);
    let plain = ask(&google, "GET", path, &[("authorization", &bearer), ("user-agent", "test (gzip)")], "");
    assert_eq!(plain.header("content-encoding"), None);
    let headers = [("authorization", &*bearer), ("accept-encoding", "gzip"), ("user-agent", "test (gzip)")];
    let packed = ask(&google, "GET", path, &headers, "");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).expect("gzip");
    assert_eq!(unpacked, plain.body);
    assert_eq!(google.log()[3].bytes, packed.body.len());
}

#[test]
fn serves_a_large_sheet_at_once() {
    let rows = (0..25_000).map(|row| {
        let number = f64::from(row);
        vec![Cell::from(format!("Client {row}").as_str()), Cell::from(number), Cell::from(true), Cell::currency(number)]
    });
    let google = Google::with([Book::of("b", [Sheet::holding("Clients", rows)])]);
    let token = token(&google, READ);
    let answer = get(&google, &token, "/v4/spreadsheets/b/values/Clients?prettyPrint=false");
    let values = &answer.json()["values"];
    assert_eq!(values.as_array().map(Vec::len), Some(25_000));
    assert_eq!(values[24_999], json!(["Client 24999", "24999", "TRUE", "$24,999.00"]));
}

#[tokio::test]
async fn serves_the_crates_of_the_program() {
    let google = Google::with([Book::of("b", [clients()])]);
    let hub = hub(&google, &google.key_file()).await;
    let fields = "sheets(properties(sheetId,title),data.rowData.values.formattedValue)";
    let (_, book) = hub
        .spreadsheets()
        .get("b")
        .add_ranges("Clients!1:1")
        .param("fields", fields)
        .add_scope(Scope::SpreadsheetReadonly)
        .doit()
        .await
        .expect("a spreadsheet");
    let sheet = &book.sheets.expect("sheets")[0];
    let properties = sheet.properties.as_ref().expect("properties");
    assert_eq!((properties.sheet_id, properties.title.as_deref()), (Some(0), Some("Clients")));
    let row = &sheet.data.as_ref().expect("cells")[0].row_data.as_ref().expect("rows")[0];
    let header = row.values.iter().flatten().filter_map(|cell| cell.formatted_value.as_deref());
    assert_eq!(header.collect::<Vec<_>>(), ["name", "phone"]);

    let write = BatchUpdateValuesRequest {
        value_input_option: Some("RAW".to_owned()),
        data: Some(vec![ValueRange {
            range: Some("'Clients'!C2:C3".to_owned()),
            values: Some(vec![vec![json!("ok")], vec![json!("held")]]),
            ..ValueRange::default()
        }]),
        ..BatchUpdateValuesRequest::default()
    };
    let written =
        hub.spreadsheets().values_batch_update(write, "b").add_scope(Scope::Spreadsheet).doit().await.expect("written");
    assert_eq!(written.1.total_updated_cells, Some(2));

    let read = || {
        let call = hub.spreadsheets().values_batch_get("b").add_ranges("Clients!A2:C").add_ranges("Clients!Z:Z");
        call.add_scope(Scope::SpreadsheetReadonly).doit()
    };
    let ranges = read().await.expect("values").1.value_ranges.expect("ranges");
    let rows = json!([["Anna", "+44 20 7946 0000", "ok"], ["Boris", "", "held"]]);
    assert_eq!(json!(ranges[0].values), rows);
    assert_eq!(ranges[1].values, None);
    assert_eq!((google.tokens(), google.reads(), google.writes()), (2, 2, 1));

    google.once(|asked| asked.path.ends_with("batchGet"), Fault::CutChunked(40));
    assert!(matches!(
        read().await,
        Err(google_sheets4::Error::JsonDecodeError(..) | google_sheets4::Error::HttpError(_))
    ));
    google.edit(|books| books.book("b").unshare());
    let Err(google_sheets4::Error::BadRequest(body)) = read().await else { panic!("not shared, and read") };
    assert_eq!(body["error"]["status"], "PERMISSION_DENIED");
    let wrong = self::hub(&google, &google.wrong_key_file()).await;
    let error = wrong.spreadsheets().get("b").add_scope(Scope::SpreadsheetReadonly).doit().await.expect_err("no key");
    let said = format!("{error:?}");
    assert!(
        matches!(error, google_sheets4::Error::MissingToken(_)) && said.contains("Invalid JWT Signature."),
        "{said}"
    );
}

type Connector = hyper_rustls::HttpsConnector<legacy::connect::HttpConnector>;

async fn hub(google: &Google, key: &str) -> Sheets<Connector> {
    let ring = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions().expect("TLS");
    // Nobody is trusted, as nothing here is asked over TLS.
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let connector = || {
        let builder = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls.clone());
        builder.https_or_http().enable_http1().build()
    };
    let client = legacy::Client::builder(TokioExecutor::new());
    let key = serde_json::from_str(key).expect("a key file");
    let own = yup_oauth2::client::CustomHyperClientBuilder::from(client.build(connector()));
    let auth = yup_oauth2::ServiceAccountAuthenticator::with_client(key, own).build().await.expect("a key");
    let mut hub = Sheets::new(client.build(connector()), auth);
    hub.base_url(format!("{}/", google.endpoint()));
    hub.root_url(format!("{}/", google.endpoint()));
    hub
}

fn clients() -> Sheet {
    Sheet::of("Clients", &[&["name", "phone"], &["Anna", "+44 20 7946 0000"], &["Boris", ""]])
}
