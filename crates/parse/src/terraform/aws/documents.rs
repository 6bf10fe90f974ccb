//! Policy documents as Terraform carries them: JSON text, `jsonencode`, `data.aws_iam_policy_document`.

use serde_json::{Map, Value as Json, json};
use unkeyed_model::Location;

use crate::evaluated::{At, Kind, Val};
use crate::policy_document;
use crate::terraform::module::{Module, Section};
use crate::terraform::resource::Resource;

/// How far source documents may draw on each other.
const MAX_DEPTH: usize = 8;

/// A document with the place of each statement.
pub(in crate::terraform) struct Document {
    pub(in crate::terraform) json: Json,
    places: Vec<Option<At>>,
}

impl Document {
    /// The document that a value stands for.
    pub(in crate::terraform) fn read(module: &Module<'_>, val: &Val) -> Option<Self> {
        Self::read_within(module, val, MAX_DEPTH)
    }

    fn read_within(module: &Module<'_>, val: &Val, levels: usize) -> Option<Self> {
        match &val.kind {
            Kind::Map(_) => {
                let places = val.get("Statement").map(|list| list.items().iter().map(|item| item.at).collect()).unwrap_or_default();
                Some(Self { json: module.json(val), places })
            }
            Kind::Text(text, _) => {
                let json = policy_document::parse(text)?;
                let count = policy_document::statements(&json).len();
                Some(Self { json, places: vec![val.at; count] })
            }
            Kind::Either(values, _) => values.iter().find_map(|value| Self::read_within(module, value, levels)),
            Kind::List(items) if items.len() == 1 => Self::read_within(module, items.first()?, levels),
            Kind::Ref(reference) if reference.address == "file" => {
                let json = module.documents.take(&module.folder, &reference.attribute)?;
                let count = policy_document::statements(&json).len();
                Some(Self { json, places: vec![val.at; count] })
            }
            Kind::Ref(reference) => {
                let section = *module.resources.get(&reference.address)?;
                match reference.resource_type() {
                    "template_file" => Self::read_within(module, &module.template_file(section)?, levels.checked_sub(1)?),
                    "aws_iam_policy_document" => {
                        let levels = levels.checked_sub(1)?;
                        Some(module.within_instance(reference, section, || Self::of_data_source(module, section, levels)))
                    }
                    "aws_iam_policy" | "aws_iam_role_policy" if reference.first() == "policy" => {
                        Self::read_within(module, &module.get(section, "policy")?, levels.checked_sub(1)?)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The document that `data.aws_iam_policy_document` renders: source documents first, then its own statements.
    fn of_data_source(module: &Module<'_>, section: Section<'_>, levels: usize) -> Self {
        let mut statements = Vec::new();
        let mut places = Vec::new();
        // What is not made says nothing.
        if module.text(section, "count").as_deref() == Some("0") {
            return Self { json: json!({ "Statement": [] }), places };
        }
        for attribute in ["source_policy_documents", "source_json", "override_policy_documents", "override_json"] {
            for source in module.path(section, attribute).iter().flat_map(Val::items) {
                match Self::read_within(module, source, levels) {
                    Some(Self { json: Json::Object(mut document), places: drawn }) => {
                        match document.remove("Statement") {
                            Some(Json::Array(items)) => statements.extend(items),
                            Some(one) => statements.push(one),
                            None => {}
                        }
                        places.extend(drawn);
                        places.resize(statements.len(), None);
                    }
                    _ => {
                        statements.push(Json::String(module.text_of(source).0));
                        places.push(source.at);
                    }
                }
            }
        }
        module.for_blocks(section, "statement", &mut |statement| {
            places.push(Some(At::new(statement.file, statement.span())));
            statements.push(statement_of(module, statement));
        });
        Self { json: json!({ "Statement": statements }), places }
    }

    /// Where the statement with this index stands, if that is known.
    pub(super) fn locate(&self, resource: Resource<'_, '_>, index: usize) -> Option<Location> {
        let at = self.places.get(index).copied().flatten()?;
        Some(resource.module.location(at, &format!("{}.statement[{index}]", resource.address)))
    }
}

fn statement_of(module: &Module<'_>, statement: Section<'_>) -> Json {
    let mut fields = Map::new();
    let lists = [("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource")];
    for (attribute, element) in lists {
        if let Some(val) = module.path(statement, attribute) {
            fields.insert(element.to_owned(), Json::Array(val.items().iter().map(|item| aws_variables(module.json(item))).collect()));
        }
    }
    if let Some(effect) = module.text(statement, "effect") {
        fields.insert("Effect".to_owned(), Json::String(effect));
    }
    for (block, element) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let mut kinds = Map::new();
        module.for_blocks(statement, block, &mut |principals| {
            let kind = module.text(principals, "type").unwrap_or_else(|| "AWS".to_owned());
            let ids =
                module.path(principals, "identifiers").map(|val| val.items().iter().map(|item| module.json(item)).collect::<Vec<_>>());
            if let Json::Array(list) = kinds.entry(kind).or_insert_with(|| Json::Array(Vec::new())) {
                list.extend(ids.unwrap_or_default());
            }
        });
        if !kinds.is_empty() {
            fields.insert(element.to_owned(), Json::Object(kinds));
        }
    }
    let conditions = conditions_of(module, statement);
    if !conditions.is_empty() {
        fields.insert("Condition".to_owned(), Json::Object(conditions));
    }
    Json::Object(fields)
}

fn conditions_of(module: &Module<'_>, statement: Section<'_>) -> Map<String, Json> {
    let mut operators = Map::new();
    module.for_blocks(statement, "condition", &mut |condition| {
        let text = |attribute: &str| module.path(condition, attribute).map_or_else(String::new, |val| module.text_of(&val).0);
        let values =
            module.path(condition, "values").map(|val| val.items().iter().map(|item| aws_variables(module.json(item))).collect::<Vec<_>>());
        if let Json::Object(keys) = operators.entry(text("test")).or_insert_with(|| Json::Object(Map::new()))
            && let Json::Array(list) = keys.entry(text("variable")).or_insert_with(|| Json::Array(Vec::new()))
        {
            list.extend(values.unwrap_or_default());
        }
    });
    operators
}

/// In this data source `&{aws:username}` stands for the policy variable `${aws:username}`.
fn aws_variables(json: Json) -> Json {
    match json {
        Json::String(text) => Json::String(text.replace("&{", "${")),
        other => other,
    }
}
