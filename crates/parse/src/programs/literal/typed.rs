//! Literals of Go, Java, Kotlin and C# that say their type: `map[string]string{…}`, `&iam.RoleProps{…}`, `new Dictionary<…> { … }`,
//! `Map.of(…)`, `mapOf("a" to b)`, `RoleArgs.builder().name("a").build()`, and texts that are put together (`"a" + b`, `fmt.Sprintf("%s", a)`).

use serde_json::{Map, Value as Json};

use super::{Reader, is_name};
use crate::policy_document::hole;

/// Calls that list what they are given.
const LISTS: &[&str] =
    &["jsii.Strings(", "List.of(", "Set.of(", "Arrays.asList(", "listOf(", "setOf(", "ImmutableList.of(", "jsonArray(", "jsonProperty("];
/// Calls that are given keys and values by turns.
const MAPS: &[&str] = &["Map.of(", "ImmutableMap.of("];
/// Calls that are given pairs: `mapOf("a" to b)`, `jsonObject(jsonProperty("a", b))`.
const PAIRED: &[&str] = &["mapOf(", "mutableMapOf(", "jsonObject("];
/// Calls that fill a text in.
const FORMATS: &[&str] = &["fmt.Sprintf(", "pulumi.Sprintf(", "String.format(", "string.Format(", "String.Format(", "Output.format("];
/// Calls that join texts.
const CONCATS: &[&str] = &["pulumi.concat(", "pulumi.Output.concat(", "Output.concat("];
/// What makes the object whose fields the calls behind it name.
const BUILDER: &str = ".builder(";

impl Reader<'_> {
    /// A literal behind its type, or a call that makes one; where there is none, nothing is passed.
    pub(super) fn typed(&mut self, levels: usize) -> Option<Json> {
        let start = self.at;
        let mut value = None;
        for form in [Self::braced, Self::called, Self::built] {
            self.at = start;
            value = value.or_else(|| form(self, levels));
            if value.is_some() {
                return value;
            }
        }
        if value.is_none() {
            self.at = start;
        }
        value
    }

    /// The type's name in front of a brace.
    fn type_name(&self) -> Option<(String, usize)> {
        let rest = self.rest();
        let is_new = ["new ", "new[", "new("].iter().any(|word| rest.starts_with(word));
        let mut at = if is_new { 3 } else { usize::from(rest.starts_with('&')) };
        let begins = at;
        loop {
            let text = &rest[at..];
            let byte = text.as_bytes().first().copied()?;
            if text.starts_with("interface{}") {
                at += "interface{}".len();
            } else if is_new && text.starts_with("()") {
                at += 2;
            } else if is_name(byte)
                || matches!(byte, b'.' | b'[' | b']' | b'*')
                || is_new && matches!(byte, b'<' | b'>' | b',' | b' ' | b'?' | b'\n' | b'\r' | b'\t')
            {
                at += 1;
            } else {
                break;
            }
        }
        let name = rest.get(begins..at)?.trim();
        let says = is_new || begins == 1 || name.starts_with(|c: char| c.is_ascii_uppercase()) || name.contains(['.', '[']);
        let is_name = name.contains(|c: char| c.is_ascii_alphabetic()) || is_new && (name.starts_with("[]") || name == "()");
        let is_whole = name.matches('[').count() == name.matches(']').count();
        (says && is_name && is_whole && rest[at..].starts_with('{')).then(|| (name.to_owned(), at + 1))
    }

    fn braced(&mut self, levels: usize) -> Option<Json> {
        let (name, length) = self.type_name()?;
        self.at += length;
        self.initializer(&name, levels)
    }

    /// What stands behind the brace of a literal of this type, which may not be said.
    pub(super) fn initializer(&mut self, name: &str, levels: usize) -> Option<Json> {
        let is_map = name.is_empty() || name.starts_with("map[") || name.contains("Dictionary") || name.contains("Map");
        let (mut fields, mut items) = (Map::new(), Vec::new());
        loop {
            self.blank();
            match self.peek()? {
                b'}' => {
                    self.at += 1;
                    break;
                }
                b',' => self.at += 1,
                b'{' if is_map => {
                    self.at += 1;
                    let key = self.value(levels)?.as_str()?.to_owned();
                    self.blank();
                    self.at += usize::from(self.peek() == Some(b','));
                    let value = self.value(levels)?;
                    self.blank();
                    if self.peek()? != b'}' {
                        return None;
                    }
                    self.at += 1;
                    fields.insert(key, value);
                }
                _ => match self.field(is_map, levels) {
                    Some((key, value)) => drop(fields.insert(key, value)),
                    None => items.push(self.value(levels)?),
                },
            }
        }
        let is_list = name.starts_with("[]") || name.ends_with("[]") || name.contains("Array") || name.contains("List");
        Some(if fields.is_empty() && (is_list || !items.is_empty()) { Json::Array(items) } else { Json::Object(fields) })
    }

    /// `Key: value`, `Key = value`; names of fields as the kits' other languages write them.
    fn field(&mut self, is_map: bool, levels: usize) -> Option<(String, Json)> {
        let start = self.at;
        let is_separated = |reader: &mut Self| {
            reader.blank();
            let rest = reader.rest();
            rest.starts_with(':') || rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>")
        };
        let mut key = self.key(levels);
        if key.is_none() || !is_separated(self) {
            self.at = start;
            key = self.joined();
            if key.is_none() || !is_separated(self) {
                self.at = start;
                return None;
            }
        }
        self.at += 1;
        let mut key = key?;
        if !is_map && let Some(first) = key.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        Some((key, self.value(levels)?))
    }

    fn called(&mut self, levels: usize) -> Option<Json> {
        let call = [LISTS, MAPS, PAIRED, FORMATS, CONCATS].concat().into_iter().find(|call| self.rest().starts_with(call))?;
        self.at += call.len();
        let all = self.given(levels, PAIRED.contains(&call))?;
        if PAIRED.contains(&call) {
            let pairs = all.iter().map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.clone())));
            return pairs.collect::<Option<Map<_, _>>>().map(Json::Object);
        }
        if LISTS.contains(&call) {
            return Some(Json::Array(all));
        }
        if MAPS.contains(&call) {
            let pairs = all.chunks_exact(2).map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].clone())));
            return pairs.collect::<Option<Map<_, _>>>().map(Json::Object);
        }
        if CONCATS.contains(&call) {
            return all.iter().map(Json::as_str).collect::<Option<String>>().map(Json::String);
        }
        let (format, given) = all.split_first()?;
        Some(Json::String(filled(format.as_str()?, given)))
    }

    /// What a call is given, whose parenthesis has been passed.
    fn given(&mut self, levels: usize, paired: bool) -> Option<Vec<Json>> {
        self.until_closed(|reader| {
            let pair = if paired { reader.pair(levels) } else { None };
            pair.or_else(|| reader.value(levels))
        })
    }

    /// `"a" to b`.
    fn pair(&mut self, levels: usize) -> Option<Json> {
        let start = self.at;
        let key = self.string().or_else(|| {
            let length = self.rest().bytes().take_while(|byte| is_name(*byte) || *byte == b'.').count();
            let name = self.rest()[..length].to_owned();
            self.at += length;
            (length > 0).then(|| self.meant(&name))
        });
        self.blank();
        match key.zip(self.rest().strip_prefix("to ").map(str::len)) {
            Some((key, _)) => {
                self.at += 3;
                Some(Json::Array(vec![Json::String(key), self.value(levels)?]))
            }
            None => {
                self.at = start;
                None
            }
        }
    }

    /// `RoleArgs.builder().name("a").build()`: an object with what each call is given.
    fn built(&mut self, levels: usize) -> Option<Json> {
        let length = self.rest().bytes().take_while(|byte| is_name(*byte)).count();
        self.rest()[length..].strip_prefix(BUILDER).filter(|_| length > 0)?;
        self.at += length + BUILDER.len();
        self.given(levels, false)?;
        let mut fields = Map::new();
        loop {
            self.blank();
            self.rest().strip_prefix('.')?;
            self.at += 1;
            let length = self.rest().bytes().take_while(|byte| is_name(*byte)).count();
            let name = self.rest()[..length].to_owned();
            self.rest()[length..].strip_prefix('(')?;
            self.at += length + 1;
            let mut all = self.given(levels, false)?;
            match all.len() {
                0 if name == "build" => return Some(Json::Object(fields)),
                1 => drop(fields.insert(name, all.remove(0))),
                _ => drop(fields.insert(name, Json::Array(all))),
            }
        }
    }

    /// Texts and names with `+` between them.
    pub(super) fn joined(&mut self) -> Option<String> {
        let (mut out, mut texts, mut parts) = (String::new(), 0, 0);
        loop {
            self.blank();
            if let Some(text) = self.string() {
                out.push_str(&text);
                texts += 1;
            } else {
                let length = self.rest().bytes().take_while(|byte| is_name(*byte) || *byte == b'.').count();
                let name = self.rest()[..length].to_owned();
                if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                    return None;
                }
                out.push_str(&self.meant(&name));
                self.at += length;
            }
            parts += 1;
            self.blank();
            if self.peek() != Some(b'+') {
                return (texts > 0 && parts > 1).then_some(out);
            }
            self.at += 1;
        }
    }
}

/// A format with what it is given, in order.
fn filled(format: &str, given: &[Json]) -> String {
    let (mut out, mut rest) = (String::new(), format);
    for (number, value) in given.iter().enumerate() {
        let numbered = format!("{{{number}}}");
        let verbs = ["%s", "%v", "%d", "%q", numbered.as_str()];
        let Some((at, verb)) = verbs.iter().filter_map(|verb| Some((rest.find(verb)?, *verb))).min() else { break };
        out.push_str(&rest[..at]);
        out.push_str(value.as_str().map_or_else(|| hole::hole("a formatted value"), str::to_owned).as_str());
        rest = &rest[at + verb.len()..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Names, arguments, value};
    use super::hole;

    #[test]
    fn literals_of_go_say_their_type() {
        let text = "&awsiam.RoleProps{\n\tRoleName: jsii.String(\"deploy\"), // why\n\tExternalIds: &[]*string{jsii.String(\"a\")},\n\tTags: jsii.Strings(\"x\", \"y\"),\n\t\
                    With: &map[string]interface{}{\"StringLike\": map[string]string{issuer + \":sub\": fmt.Sprintf(\"repo:%s/*\", org)}},\n})";
        let names = Names::from([("issuer".to_owned(), json!("gitlab.com")), ("org".to_owned(), json!("acme"))]);
        let expected = json!({ "roleName": "deploy", "externalIds": ["a"], "tags": ["x", "y"],
            "with": { "StringLike": { "gitlab.com:sub": "repo:acme/*" } } });
        assert_eq!(value(text, &names), Some(expected));
    }

    #[test]
    fn literals_of_java_and_c_sharp_are_calls_and_initializers() {
        let java = "arn, Map.of(\"StringEquals\", Map.of(\"a:aud\", \"sts\"), \"l\", List.of(\"x\", \"y\")))";
        let (all, _) = arguments(java, &Names::new()).unwrap();
        assert_eq!(all[1].value, json!({ "StringEquals": { "a:aud": "sts" }, "l": ["x", "y"] }));
        let sharp =
            "new Dictionary<string, object> {\n  { \"a\", new[] { \"b\" } },\n  [\"c\"] = new RoleProps { RoleName = $\"d-{Env}\" }\n})";
        assert_eq!(value(sharp, &Names::new()), Some(json!({ "a": ["b"], "c": { "roleName": format!("d-{}", hole::hole("Env")) } })));
    }

    #[test]
    fn objects_may_be_built_paired_or_begun() {
        let java = "RoleArgs.builder()\n  .name(\"ci\") // why\n  .tags(Map.of(\"a\", \"b\"))\n  .ids(\"x\", \"y\")\n  .build())";
        assert_eq!(value(java, &Names::new()), Some(json!({ "name": "ci", "tags": { "a": "b" }, "ids": ["x", "y"] })));
        let written = "serializeJson(jsonObject(jsonProperty(\"a\", jsonArray(jsonObject(jsonProperty(\"b\", 1)))))))";
        assert_eq!(value(written, &Names::new()), Some(json!({ "a": [{ "b": 1 }] })));
        let kotlin = "mapOf(\"a\" to mapOf(\"$issuer:sub\" to \"x\"), issuer to listOf(\"y\")))";
        let names = Names::from([("issuer".to_owned(), json!("gitlab.com"))]);
        assert_eq!(value(kotlin, &names), Some(json!({ "a": { "gitlab.com:sub": "x" }, "gitlab.com": ["y"] })));
        let sharp = "new() { Mapping = { { \"a\", \"b\" } }, Ids = { \"x\" }, Policy = JsonSerializer.Serialize(new Dictionary<string, object?> { [\"V\"] = 1 }) })";
        assert_eq!(value(sharp, &Names::new()), Some(json!({ "mapping": { "a": "b" }, "ids": ["x"], "policy": { "V": 1 } })));
    }

    #[test]
    fn what_is_no_literal_stays_an_expression() {
        for text in ["new AnyPrincipal()", "a + b", "x => { return 1 }", "Map.of(a, b, c"] {
            let read = value(&format!("{text})"), &Names::new());
            assert!(read.is_none_or(|value| value.as_str().is_some_and(|text| hole::only_hole(text).is_some())), "{text}");
        }
    }
}
