//! What the benchmarks share: people from a seed, and a program that is watched while it runs.

use std::{
    fmt, fs,
    io::Read as _,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// What a run of a program took.
#[derive(Clone, Copy)]
pub(crate) struct Took {
    pub(crate) time: Duration,
    /// The most memory that it held, in KiB.
    pub(crate) peak: u64,
    /// What it computed, on all cores.
    pub(crate) computed: Duration,
    /// What this process computed meanwhile.
    pub(crate) beside: Duration,
}

impl Took {
    /// Memory for each of so many rows.
    pub(crate) fn memory(&self, rows: u64) -> String {
        format!("{:>5} MB, {} bytes a row", self.peak / 1024, self.peak * 1024 / rows)
    }

    /// How many times as long as another.
    pub(crate) fn times(&self, other: Duration) -> f64 {
        self.time.as_secs_f64() / other.as_secs_f64()
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Took {
    let (start, before) = (Instant::now(), computed());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the command is there");
    let peak = watch(&mut child);
    let (time, after) = (start.elapsed(), computed());
    let [beside, computed] = [0, 1].map(|whose| after[whose].saturating_sub(before[whose]));
    Took { time, peak, computed, beside }
}

/// What this process and those that it waited for have computed so far.
fn computed() -> [Duration; 2] {
    /// The clock of the kernel, in hertz.
    const TICKS: u32 = 100;
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold anything, come the state and so on; the 14th to the 17th of all are times.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11);
    let ticks: Vec<u32> = fields.take(4).filter_map(|field| field.parse().ok()).collect();
    let sum = |ticks: &[u32]| Duration::from_secs(1) * ticks.iter().sum() / TICKS;
    [sum(ticks.get(..2).unwrap_or_default()), sum(ticks.get(2..).unwrap_or_default())]
}

/// Waits for a process; returns the most memory that it held, in KiB.
fn watch(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|l| l.starts_with("VmHWM"));
        peak = line.and_then(|l| l.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0).max(peak);
        if let Ok(Some(exit)) = child.try_wait() {
            let mut said = String::new();
            let _ = child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut said));
            assert!(exit.code().is_some_and(|c| c < 2), "the command failed: {exit}\n{said}");
            return peak;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Numbers from a seed (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }
}

const GIVEN: [&str; 12] =
    ["Анна", "Иван", "Мария", "Пётр", "Ольга", "Сергей", "Елена", "Дмитрий", "Наталья", "Алексей", "Ирина", "Павел"];
const STEMS: [&str; 16] = [
    "Петр",
    "Иван",
    "Сидор",
    "Кузнец",
    "Смирн",
    "Волк",
    "Соловь",
    "Зайц",
    "Морозк",
    "Лебед",
    "Орл",
    "Крыл",
    "Гром",
    "Белк",
    "Жук",
    "Рыбак",
];
const CITIES: [&str; 8] = ["Москва", "Тула", "Казань", "Самара", "Тверь", "Рязань", "Омск", "Санкт-Петербург"];
const STREETS: [&str; 6] = ["ул. Лесная", "ул. Мира", "пр-т Победы", "ул. Садовая", "наб. Речная", "ул. Полевая"];
const HOSTS: [&str; 4] = ["example.com", "example.org", "mail.example", "post.example.net"];
const NOTES: [&str; 6] =
    ["постоянный клиент", "перезвонить после шести", "с сайта", "", "скидка 10%", "просит не звонить до одиннадцати"];

/// A row of a list of clients, spelled as people spell.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) phone: Phone,
    pub(crate) email: String,
    /// Year, month, day.
    pub(crate) born: [u64; 3],
    /// Whether the year comes first.
    pub(crate) by_year: bool,
    pub(crate) city: &'static str,
    pub(crate) address: String,
    pub(crate) note: &'static str,
}

impl Row {
    /// The row of a number: of ten rows one is somebody's second.
    pub(crate) fn of(number: u64) -> Self {
        let person = if number % 10 == 9 { number - 5 } else { number };
        let (mut who, mut how) = (Dice(person), Dice(number ^ 0xabcd_ef00));
        let (given, stem) = (who.pick(&GIVEN), who.pick(&STEMS));
        let ending = if given.ends_with(['а', 'я']) { "ова" } else { "ов" };
        let phone = Phone {
            parts: [900 + person / 100_000 % 99, who.below(1000), who.below(100), who.below(100)],
            spelling: how.below(4),
        };
        let born = [1950 + who.below(55), 1 + who.below(12), 1 + who.below(28)];
        let email = format!("client{person}@{}", who.pick(&HOSTS));
        let by_year = how.below(2) == 0;
        let (city, street, house) = (who.pick(&CITIES), who.pick(&STREETS), 1 + who.below(120));
        Self {
            name: match phone.spelling {
                1 => format!("{given} {stem}{ending}"),
                _ => format!("{stem}{ending} {given}"),
            },
            phone,
            email,
            born,
            by_year,
            city,
            address: format!("{city}, {street}, д. {house}, кв. {}", 1 + who.below(300)),
            note: who.pick(&NOTES),
        }
    }

    /// The birthday as it is spelled.
    pub(crate) fn birthday(&self) -> String {
        let [year, month, day] = self.born;
        if self.by_year { format!("{year}-{month:02}-{day:02}") } else { format!("{day:02}.{month:02}.{year}") }
    }
}

/// A phone number, in one of four spellings.
pub(crate) struct Phone {
    pub(crate) parts: [u64; 4],
    pub(crate) spelling: u64,
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [code, a, b, c] = self.parts;
        match self.spelling {
            0 => write!(f, "+7{code}{a:03}{b:02}{c:02}"),
            1 => write!(f, "8 ({code}) {a:03}-{b:02}-{c:02}"),
            2 => write!(f, "8{code}{a:03}{b:02}{c:02}"),
            _ => write!(f, "+7 {code} {a:03} {b:02} {c:02}"),
        }
    }
}
