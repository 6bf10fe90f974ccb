//! Placeholder.
pub(crate) fn write(_: &unkeyed_model::Report, _: &crate::Options, _: &mut dyn std::io::Write) -> std::io::Result<()> {
    Ok(())
}
