//! The ways to write that a name has a value.

use crate::shape::Token;

/// The token in every syntax: its name, a path, the text.
pub(crate) fn all(token: &Token) -> [(&'static str, &'static str, String); 12] {
    let (upper, lower) = (token.name.join("_").to_ascii_uppercase(), token.name.join("_"));
    let (camel, kebab, dotted) = (camel(&token.name), token.name.join("-"), token.name.join("."));
    let header: Vec<String> = token.name.iter().map(|word| capital(word)).collect();
    let (header, value) = (header.join("-"), &token.value);
    [
        ("shell", "deploy/run.sh", format!("set -e\nexport {upper}={value}\n./run\n")),
        ("dotenv", "deploy/.env", format!("PORT=8080\n{upper}={value}\n")),
        ("yaml", "deploy/config.yaml", format!("app:\n  {lower}: {value}\n  port: 8080\n")),
        ("json", "deploy/config.json", format!("{{\n  \"{camel}\": \"{value}\",\n  \"port\": 8080\n}}\n")),
        ("python", "app/settings.py", format!("import os\n{upper} = \"{value}\"\n")),
        ("javascript", "app/config.js", format!("const {camel} = '{value}';\n")),
        ("properties", "app/application.properties", format!("server.port=8080\napp.{dotted}={value}\n")),
        ("go", "app/main.go", format!("func main() {{\n\t{camel} := \"{value}\"\n}}\n")),
        ("curl", "deploy/call.sh", format!("curl -s -H \"X-{header}: {value}\" https://api.acme.net/v1/items\n")),
        ("log", "var/app.log", format!("2026-03-04T10:11:12Z INFO client: connecting with {kebab}={value} attempt=1\n")),
        ("xml", "app/config.xml", format!("<config>\n  <{camel}>{value}</{camel}>\n</config>\n")),
        ("dockerfile", "Dockerfile", format!("FROM alpine:3.20\nENV {upper}={value}\n")),
    ]
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn camel(words: &[String]) -> String {
    words.iter().enumerate().map(|(at, word)| if at == 0 { word.clone() } else { capital(word) }).collect()
}
