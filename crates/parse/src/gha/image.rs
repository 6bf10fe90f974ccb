//! Docker's own actions: which images a job builds from which Dockerfile (`docker/metadata-action` names them,
//! `docker/build-push-action` builds them; README of each).

use super::action::Call;
use super::draft::Draft;
use super::expression::has_expression;
use crate::commands::{dockerfile_in, repository};
use crate::place;
use crate::tree::Node;

impl<'a> Draft<'a> {
    /// Notes the names of images, or that they are built.
    pub(super) fn image(&mut self, call: &Call<'a, '_>, action: &str) {
        if action.eq_ignore_ascii_case("docker/metadata-action") {
            let id = call.step.str("id").unwrap_or_default().to_owned();
            let names = lines(call, "images").filter_map(|line| named(call, line.strip_prefix("name=").unwrap_or(line))).collect();
            self.image_names.insert(id, names);
            return;
        }
        let Some(dockerfile) = dockerfile_in(text(call, "context").unwrap_or("."), text(call, "file"), false) else { return };
        let mut images = Vec::new();
        for line in lines(call, "tags") {
            match handed_on(line).and_then(|step| self.image_names.get(step)) {
                Some(names) => images.extend(names.iter().cloned()),
                None => images.extend(named(call, repository(line))),
            }
        }
        let at = call.file.place.at(call.step.get("uses").map_or(call.step.span, |uses| uses.span), place::under(call.path, "uses"));
        self.builds(images.into_iter(), &dockerfile, &at);
    }
}

fn text<'a>(call: &Call<'a, '_>, input: &str) -> Option<&'a str> {
    call.input(input).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty())
}

fn lines<'a>(call: &Call<'a, '_>, input: &str) -> impl Iterator<Item = &'a str> {
    text(call, input).unwrap_or_default().split(['\n', ',']).map(str::trim).filter(|line| !line.is_empty())
}

/// An image's name with its expressions filled in, if they can be.
fn named(call: &Call<'_, '_>, name: &str) -> Option<String> {
    let value = call.scope.bind(name).value;
    value.known().filter(|name| !name.is_empty() && !has_expression(name)).map(str::to_owned)
}

/// The step whose output the tags are: `${{ steps.meta.outputs.tags }}`.
fn handed_on(line: &str) -> Option<&str> {
    let step = line.split_once("steps.")?.1;
    step.split_once(".outputs.tags").map(|(step, _)| step)
}
