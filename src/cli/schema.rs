//! `schema`: a config as JSON Schema.

use super::print;
use crate::{config, report::EXIT_OK};

pub(super) fn schema() -> u8 {
    print(&format!("{:#}\n", config::schema()));
    EXIT_OK
}
