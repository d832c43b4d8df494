//! A destination that is one table in one file: read as a whole, changed in memory, replaced at once.
//! A format only takes a table apart and puts it together.

use std::{
    collections::{BTreeMap, HashSet},
    ffi::OsString,
    fs::{self, File},
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::DestinationPlace;
use crate::{
    change::{Action, Base, Change, ClientId, ID_COLUMN, LayoutColumn, RunId, Standing, Write},
    failure::{Failure, is_open_elsewhere, reason},
    port::{Give, Whole},
    value::{Private, Texts},
};

/// A format of files that hold one table.
pub(super) trait Format: Send {
    /// Gives each row of the first table in a file as text, the header first, until `take` has enough.
    /// What can't be read is told in a few words.
    fn decode(&self, bytes: Vec<u8>, take: &mut dyn FnMut(&[&str]) -> ControlFlow<()>) -> Result<(), String>;

    /// Writes a table into an empty file in `folder`, where it may put what it needs on the way. The
    /// same table gives the same bytes.
    fn encode(&self, table: &Table<'_>, folder: &Path, file: &mut File) -> Result<(), Unwritten>;
}

/// A table to be written.
pub(super) struct Table<'a> {
    /// The route's name.
    pub(super) title: &'a str,
    /// The columns after `sheetbridge_id`.
    pub(super) columns: &'a [LayoutColumn],
    /// The rows, sorted by what stands in their first column, as a person would: no order of a source shows.
    pub(super) rows: Vec<(ClientId, &'a Texts)>,
}

/// Why a table could not be written.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// The disk said no.
    Disk(io::Error),
    /// The format can't hold it.
    Content(Failure),
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// By what a person would look for a row; what has nothing there comes last.
fn sort_key(row: &Texts) -> (bool, String) {
    let first = row.iter().next().map_or(String::new(), |cell| cell.expose().to_lowercase());
    (first.is_empty(), first)
}

/// A row after a change.
fn changed(old: Option<&Texts>, writes: &[Write<'_>]) -> Texts {
    let mut old = old.map(Texts::iter);
    Texts::of(writes.iter().map(|write| {
        let before = old.as_mut().and_then(Iterator::next).map(Private::expose).unwrap_or_default();
        match write {
            Write::Keep => before,
            Write::Clear => "",
            Write::Set(value) => value.expose(),
        }
    }))
}

/// The destination.
pub(super) struct FileTable<F> {
    place: DestinationPlace,
    format: F,
    draft: Option<Draft>,
}

/// What a run has written so far.
struct Draft {
    path: PathBuf,
    /// What stood there when the run began.
    before: Option<[u8; 32]>,
    rows: BTreeMap<ClientId, Texts>,
}

impl<F: Format> FileTable<F> {
    pub(super) fn new(place: DestinationPlace, format: F) -> Self {
        Self { place, format, draft: None }
    }

    fn columns(&self) -> &[LayoutColumn] {
        &self.place.layout.columns
    }

    /// The file. A link is followed, so that what it points at is replaced and not the link.
    fn path(&self) -> Result<PathBuf, Failure> {
        let location = self.place.location.open(&self.place.folder).map_err(Failure::permanent)?;
        let path = self.place.folder.join(location.as_str());
        Ok(path.canonicalize().unwrap_or(path))
    }

    /// Gives the rows of a file of ours, of `columns` alone.
    fn each(
        &self,
        path: &Path,
        bytes: Vec<u8>,
        columns: &[LayoutColumn],
        limit: Limit,
        give: &mut dyn FnMut(ClientId, Texts),
    ) -> Result<(), Failure> {
        let mut old = Old { columns, header: None, seen: HashSet::new(), limit, give };
        let foreign = |why: &str| {
            let help = "move it away, or choose another name: only what sheetbridge wrote is replaced";
            Failure::with_help(format!("{} is not ours: {why}", path.display()), help)
        };
        self.format.decode(bytes, &mut |cells| old.take(cells)).map_err(|why| foreign(&why))?;
        if old.header.is_none() {
            return Err(foreign(&format!("its first row has no {ID_COLUMN}")));
        }
        Ok(())
    }

    /// All of them.
    fn rows(
        &self,
        path: &Path,
        bytes: Vec<u8>,
        columns: &[LayoutColumn],
        limit: Limit,
    ) -> Result<BTreeMap<ClientId, Texts>, Failure> {
        let mut rows = BTreeMap::new();
        self.each(path, bytes, columns, limit, &mut |id, row| _ = rows.insert(id, row))?;
        Ok(rows)
    }

    fn put(&self, draft: &Draft) -> Result<[u8; 32], Failure> {
        let folder = folder_of(&draft.path);
        fs::create_dir_all(&folder).map_err(|e| refused(&folder, "made", &e))?;
        let cannot = |e: io::Error| refused(&draft.path, "written", &e);
        let mut file = temporary(&draft.path).map_err(cannot)?;
        let table = Table { title: &self.place.route, columns: self.columns(), rows: sorted(&draft.rows) };
        self.format.encode(&table, &folder, file.as_file_mut()).map_err(|unwritten| match unwritten {
            Unwritten::Disk(error) => cannot(error),
            Unwritten::Content(failure) => failure,
        })?;
        file.as_file().sync_all().map_err(cannot)?;
        let digest = sha256(&fs::read(file.path()).map_err(cannot)?);
        if content(&draft.path)?.map(|bytes| sha256(&bytes)) != draft.before {
            let what = format!("somebody changed {} while it was being written", draft.path.display());
            return Err(Failure::with_help(what, "look what they did, then run again"));
        }
        file.persist(&draft.path).map_err(|e| cannot(e.error))?;
        sync(&folder).map_err(|e| Failure::unknown(format!("{}: {}", draft.path.display(), e.kind())))?;
        Ok(digest)
    }
}

/// The rows as a person would sort them; equal ones by their ids.
pub(super) fn sorted(rows: &BTreeMap<ClientId, Texts>) -> Vec<(ClientId, &Texts)> {
    let mut rows: Vec<(ClientId, &Texts)> = rows.iter().map(|(id, row)| (*id, row)).collect();
    rows.sort_by_cached_key(|(_, row)| sort_key(row));
    rows
}

#[async_trait]
impl<F: Format> Whole for FileTable<F> {
    async fn found(&mut self) -> Result<Standing, Failure> {
        let path = self.path()?;
        let Some(bytes) = content(&path)? else { return Ok(Standing::default()) };
        let digest = Some(sha256(&bytes));
        let rows = self.rows(&path, bytes, &[], Limit::None)?;
        Ok(Standing { run: None, ids: rows.into_keys().collect(), digest })
    }

    async fn read(&mut self, ids: Option<&[ClientId]>, give: Give<'_>) -> Result<(), Failure> {
        let path = self.path()?;
        let Some(bytes) = content(&path)? else { return Ok(()) };
        let is_wanted = |id| ids.is_none_or(|ids| ids.binary_search(&id).is_ok());
        self.each(&path, bytes, self.columns(), Limit::None, &mut |id, row| {
            if is_wanted(id) {
                give(id, row);
            }
        })
    }

    async fn begin(&mut self, _run: RunId, base: Base) -> Result<(), Failure> {
        let path = self.path()?;
        remove_leftovers(&path)?;
        let bytes = content(&path)?;
        let before = bytes.as_deref().map(sha256);
        let limit = if base == Base::Empty { Limit::Header } else { Limit::None };
        let rows = bytes.map_or(Ok(BTreeMap::new()), |bytes| self.rows(&path, bytes, self.columns(), limit))?;
        self.draft = Some(Draft { path, before, rows });
        Ok(())
    }

    async fn write(&mut self, batch: &[Change<'_>]) -> Result<(), Failure> {
        let draft = self.draft.as_mut().expect("a run begins before it writes");
        batch.iter().try_for_each(|change| draft.apply(change, self.place.layout.columns.len()))
    }

    async fn commit(&mut self) -> Result<Option<[u8; 32]>, Failure> {
        let draft = self.draft.as_ref().expect("a run begins before it ends");
        let digest = self.put(draft)?;
        self.draft = None;
        Ok(Some(digest))
    }
}

impl Draft {
    fn apply(&mut self, change: &Change<'_>, width: usize) -> Result<(), Failure> {
        if change.action == Action::Delete {
            self.rows.remove(&change.id);
            return Ok(());
        }
        assert_eq!(change.cells.len(), width, "a change has one entry per column");
        let old = self.rows.get(&change.id).filter(|_| change.action == Action::Update);
        if change.action == Action::Update && old.is_none() && change.cells.contains(&Write::Keep) {
            return Err(Failure::permanent(format!("{} has no card {}", self.path.display(), change.id)));
        }
        let row = changed(old, &change.cells);
        self.rows.insert(change.id, row);
        Ok(())
    }
}

/// How much of a file is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    None,
    Header,
}

/// What is read of the old file.
struct Old<'a> {
    columns: &'a [LayoutColumn],
    header: Option<Header>,
    seen: HashSet<ClientId>,
    limit: Limit,
    give: &'a mut dyn FnMut(ClientId, Texts),
}

/// Where things stand in the old file: people move columns, and the config may have changed.
struct Header {
    id: usize,
    columns: Vec<Option<usize>>,
}

impl Old<'_> {
    fn take(&mut self, cells: &[&str]) -> ControlFlow<()> {
        let Some(header) = &self.header else {
            let place = |name: &str| cells.iter().position(|cell| cell.trim() == name);
            let columns = self.columns.iter().map(|column| place(&column.name)).collect();
            self.header = place(ID_COLUMN).map(|id| Header { id, columns });
            let goes_on = self.header.is_some() && self.limit == Limit::None;
            return if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
        };
        let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
        // A row that somebody added has no id of ours; one that was copied has the id of another.
        if let Ok(id) = cell(header.id).trim().parse()
            && self.seen.insert(id)
        {
            (self.give)(id, Texts::of(header.columns.iter().map(|place| place.map_or("", cell))));
        }
        ControlFlow::Continue(())
    }
}

fn content(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(path, "read", &error)),
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// What the names of our temporary files beside `path` start with; six characters and this end follow.
fn temporary_prefix(path: &Path) -> OsString {
    let mut prefix = OsString::from(".sheetbridge-");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push("-");
    prefix
}

const TEMPORARY_SUFFIX: &str = ".tmp";
const TEMPORARY_CHARS: usize = 6;

/// An empty file beside `path` that whoever may read `path` may read.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let prefix = temporary_prefix(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMPORARY_SUFFIX).rand_bytes(TEMPORARY_CHARS);
    #[cfg(unix)]
    {
        // What the umask leaves of it, as for any other file.
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let old = fs::metadata(path).ok().map(|old| old.permissions());
    if old.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let file = builder.tempfile_in(folder_of(path))?;
    if let Some(permissions) = old {
        file.as_file().set_permissions(permissions)?;
    }
    Ok(file)
}

/// A run that was killed left its temporary file, with everybody in it.
fn remove_leftovers(path: &Path) -> Result<(), Failure> {
    let prefix = temporary_prefix(path).to_string_lossy().into_owned();
    let is_leftover = |name: &str| {
        let middle = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(TEMPORARY_SUFFIX));
        middle.is_some_and(|m| m.len() == TEMPORARY_CHARS && m.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    // A folder that isn't there holds nothing; one that can't be listed fails when it is written to.
    for entry in fs::read_dir(folder_of(path)).into_iter().flatten().flatten() {
        if is_leftover(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path()).map_err(|e| refused(&entry.path(), "removed", &e))?;
        }
    }
    Ok(())
}

/// The new name of a file is on the disk only when its folder is.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The disk's no, with what a person can do about it. What stood before still stands.
fn refused(path: &Path, doing: &str, error: &io::Error) -> Failure {
    use io::ErrorKind as Kind;
    let what = format!("{} can't be {doing}: {}", path.display(), reason(error));
    match error.kind() {
        _ if is_open_elsewhere(error) => Failure::with_help(what, "close the file in Excel, then run again"),
        Kind::StorageFull | Kind::QuotaExceeded => Failure::with_help(what, "make room on the disk, then run again"),
        Kind::ReadOnlyFilesystem => Failure::with_help(what, "choose a folder that can be written to"),
        Kind::PermissionDenied => {
            Failure::with_help(what, "check who may write the file and its folder; on Windows, close it in Excel")
        }
        Kind::IsADirectory => Failure::with_help(what, "name a file, not a folder"),
        Kind::NotADirectory => Failure::with_help(what, "a file stands where its folder should; name another folder"),
        _ => Failure::permanent(what),
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::check::kind::Column;

    /// A table with these rows, for as long as `with` looks at it.
    pub(in crate::connector) fn table<const N: usize, T>(
        title: &str,
        columns: &[(&str, Column); N],
        rows: &[[&str; N]],
        with: impl FnOnce(&Table<'_>) -> T,
    ) -> T {
        let column = |(name, kind): &(&str, Column)| LayoutColumn { name: (*name).to_owned(), kind: *kind };
        let columns: Vec<LayoutColumn> = columns.iter().map(column).collect();
        let id = |n: u64| ClientId([[0; 2].as_slice(), &n.to_be_bytes()].concat().try_into().expect("ten bytes"));
        let rows = (0..).zip(rows).map(|(n, cells)| (id(n), Texts::of(cells.iter().copied()))).collect();
        with(&Table { title, columns: &columns, rows: sorted(&rows) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_of_the_disk_says_what_to_do() {
        for (kind, expected) in [
            (io::ErrorKind::StorageFull, Some("make room on the disk, then run again")),
            (io::ErrorKind::QuotaExceeded, Some("make room on the disk, then run again")),
            (io::ErrorKind::ReadOnlyFilesystem, Some("choose a folder that can be written to")),
            (io::ErrorKind::IsADirectory, Some("name a file, not a folder")),
            (io::ErrorKind::TimedOut, None),
        ] {
            let failure = refused(Path::new("out/shop.csv"), "written", &kind.into());
            assert_eq!(failure.to_string(), format!("out/shop.csv can't be written: {kind}"));
            assert_eq!(failure.help(), expected);
        }
    }
}
