//! Runs over many targets: their list, and the folder that their records go to.

pub(crate) mod merge_input;
pub(crate) mod record_folder;
pub(crate) mod rows_on_disk;
pub(crate) mod target_list;
