//! Exports as the products write them: each message is a Unit of its own, at its place and as old as it.

use std::fs;
use std::sync::Mutex;

use unkeyed_model::{Skip, SkipReason, Surface};
use unkeyed_source::{Event, Flow, Options, Sink, open};

/// Place, text and time of a message.
type Message = (String, String, Option<String>);

fn read(name: &str, content: &[u8]) -> (Vec<Message>, Vec<Skip>, Vec<Surface>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    let target = open(folder.path().to_str().unwrap(), &Options::default()).unwrap();
    let found = Mutex::new((Vec::new(), Vec::new(), Vec::new()));
    let sink = || -> Sink<'_> {
        Box::new(|event| {
            let mut found = found.lock().unwrap();
            match event {
                Event::Unit(unit) => {
                    let origin = unit.origin();
                    let text = String::from_utf8(unit.bytes().to_vec()).unwrap();
                    found.0.push((origin.path.clone(), text, origin.first_seen.map(|time| time.to_string())));
                    found.2.push(origin.surface);
                }
                Event::Skip(skip) => found.1.push(skip),
            }
            Flow::Continue
        })
    };
    target.source.units(&sink).unwrap();
    drop(target);
    found.into_inner().unwrap()
}

/// The messages of an export that is read without a remark.
fn messages(name: &str, content: &str, surface: Surface) -> Vec<Message> {
    let (messages, skips, surfaces) = read(name, content.as_bytes());
    assert!(skips.is_empty(), "{skips:?}");
    assert!(surfaces.iter().all(|found| *found == surface), "{surfaces:?}");
    messages
}

fn at<'m>(messages: &'m [Message], place: &str) -> &'m Message {
    let places: Vec<&str> = messages.iter().map(|message| message.0.as_str()).collect();
    let found = messages.iter().find(|message| message.0 == place);
    assert!(found.is_some(), "{place} in {places:?}");
    found.unwrap()
}

/// Word begins a new run wherever spelling or editing was noted.
#[test]
fn a_document_is_its_paragraphs_without_the_markup() {
    let document = r#"<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>DB_PASS</w:t></w:r><w:proofErr w:type="x"/>
<w:r><w:rPr><w:lang w:val="en"/></w:rPr><w:t>WORD=a&amp;</w:t></w:r><w:r><w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>next</w:t></w:r></w:p></w:body></w:document>"#;
    let (messages, skips, surfaces) = read("document.xml", document.replace('\n', "").as_bytes());
    assert_eq!((messages.len(), messages[0].0.as_str(), &surfaces[..]), (1, "document.xml", &[Surface::Worktree][..]));
    assert_eq!((messages[0].1.trim(), skips), ("DB_PASSWORD=a&b\nnext", vec![]));
    let slide =
        "<p:sld xmlns:p='p'><a:p><a:r><a:t>to</a:t></a:r><a:r><a:t>ken</a:t></a:r></a:p><a:p><p:cNvPr descr='a picture'/></a:p></p:sld>";
    let (messages, _, _) = read("slide1.xml", slide.as_bytes());
    assert_eq!(messages[0].1.trim(), "token\n a picture");
}

#[test]
fn what_slack_shows_in_blocks_is_read_where_the_text_does_not_say_it() {
    let day = r#"[{"type": "message", "ts": "1704445200.000100", "text": "*use* this: `a1`",
        "blocks": [{"type": "rich_text", "block_id": "q7", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "text", "text": "use", "style": {"bold": true}}, {"type": "text", "text": " this: a1"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "DB_PASS"}, {"type": "text", "text": "WORD=b2"}]}]},
            {"type": "section", "text": {"type": "mrkdwn", "text": "c3"}}]}]"#;
    let messages = messages("x/ops/2024-01-05.json", day, Surface::Chat);
    assert_eq!(messages[0].1.matches("a1").count(), 1, "{:?}", messages[0].1);
    assert!(messages[0].1.contains("DB_PASSWORD=b2\nc3"), "{:?}", messages[0].1);
}

#[test]
fn slack_by_channel_and_message() {
    let day = r#"[
      {"type": "message", "user": "U1", "text": "use this:\n```DB_PASSWORD=a&amp;b```", "ts": "1704445200.000100",
       "blocks": [{"type": "rich_text", "elements": [{"text": "use this"}]}], "user_profile": {"name": "ann"}},
      {"type": "message", "user": "U2", "text": "", "ts": "1704445201.000200",
       "files": [{"name": "keys.txt", "url_private": "https://files.slack.com/f?t=abc"}]}
    ]"#;
    let found = messages("general/2024-01-05.json", day, Surface::Chat);
    let first = at(&found, "general/2024-01-05.json!/1704445200.000100");
    assert!(first.1.contains("use this:\n```DB_PASSWORD=a&b```\n"), "{}", first.1);
    assert!(first.1.matches("use this").count() == 1 && !first.1.contains("ann"));
    assert_eq!(first.2.as_deref(), Some("2024-01-05T09:00:00Z"));
    assert!(at(&found, "general/2024-01-05.json!/1704445201.000200").1.contains("url_private: https://files.slack.com/f?t=abc\n"));
    assert_eq!(found.len(), 2);
}

#[test]
fn teams_personal_export_and_graph() {
    let personal = r#"{"userId": "8:a", "exportDate": "2024-02-01", "conversations": [
      {"id": "19:x", "displayName": "Ops / night", "MessageList": [
        {"id": "1704445200000", "originalarrivaltime": "2024-01-05T09:00:00.1Z", "content": "<p>token:&nbsp;abc</p><p>line two</p>"}]}]}"#;
    let found = messages("messages.json", personal, Surface::Chat);
    let message = at(&found, "messages.json!/Ops %2F night/1704445200000");
    assert!(message.1.contains("token: abc\nline two\n"), "{}", message.1);
    assert_eq!(message.2.as_deref(), Some("2024-01-05T09:00:00.1Z"));
    let graph = r#"{"@odata.context": "x", "value": [{"id": "17", "createdDateTime": "2024-01-05T09:00:00Z",
      "body": {"contentType": "html", "content": "<div>password = x1</div>"}}]}"#;
    let found = messages("channel.json", graph, Surface::Chat);
    assert!(at(&found, "channel.json!/17").1.contains("password = x1\n"));
}

#[test]
fn jira_in_its_three_forms() {
    let json = r#"{"startAt": 0, "issues": [{"id": "1", "key": "OPS-7", "fields": {"summary": "Login", "created": "2024-01-05T10:00:00.000+0100",
      "description": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "first"}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "password: x1"}]}]},
      "comment": {"comments": [{"id": "10", "created": "2024-01-06T09:00:00Z", "body": "secret=x2"}]}}}]}"#;
    let found = messages("search.json", json, Surface::Ticket);
    let issue = at(&found, "search.json!/OPS-7");
    assert!(issue.1.contains("first\npassword: x1\n") && !issue.1.contains("x2"), "{}", issue.1);
    assert_eq!(issue.2.as_deref(), Some("2024-01-05T09:00:00Z"));
    let comment = at(&found, "search.json!/OPS-7/comment 10");
    assert!(comment.1.contains("secret=x2\n") && comment.2.as_deref() == Some("2024-01-06T09:00:00Z"));

    let feed = "<!-- RSS generated by JIRA -->\n<rss version=\"0.92\">\n<channel>\n<title>Jira</title><build-info><version>1</version></build-info>\n\
      <item><title>[OPS-8] Login</title><key id=\"2\">OPS-8</key><description>&lt;p&gt;password: a&amp;amp;b&lt;/p&gt;</description>\
      <comments><comment id=\"11\" author=\"ann\">secret=x3</comment></comments></item>\n</channel></rss>";
    let found = messages("search.xml", feed, Surface::Ticket);
    assert!(at(&found, "search.xml!/OPS-8").1.contains("password: a&b\n"), "{found:?}");
    assert!(at(&found, "search.xml!/OPS-8/comment 11").1.contains("secret=x3\n"));

    let csv = "Summary,Issue key,Created,Description,Comment\nLogin,OPS-9,2024-01-05 09:00:00,\"one\npassword: \"\"x4\"\"\",hello\n";
    let found = messages("jira.csv", csv, Surface::Ticket);
    let row = at(&found, "jira.csv!/OPS-9");
    assert!(row.1.contains("one\npassword: \"x4\"\n"), "{}", row.1);
    assert_eq!(row.2.as_deref(), Some("2024-01-05T09:00:00Z"));
}

#[test]
fn jira_and_confluence_backups() {
    let jira = "<?xml version=\"1.0\"?>\n<entity-engine-xml>\n<Issue id=\"5\" key=\"OPS-1\" summary=\"x\" description=\"password: y1\"/>\n\
      <Action id=\"6\" issue=\"5\"><body><![CDATA[secret=y2]]></body></Action>\n</entity-engine-xml>";
    let found = messages("entities.xml", jira, Surface::Ticket);
    assert!(at(&found, "entities.xml!/Issue OPS-1").1.contains("password: y1\n"));
    assert!(at(&found, "entities.xml!/Action 6").1.contains("secret=y2\n"));
    let confluence = "<?xml version=\"1.0\"?>\n<hibernate-generic datetime=\"2024-01-05 10:00:00\">\n\
      <object class=\"BodyContent\" package=\"com.atlassian.confluence.core\"><id name=\"id\">77</id>\
      <property name=\"body\"><![CDATA[<p>user: ann</p><p>password: y3</p>]]></property></object>\n</hibernate-generic>";
    let found = messages("entities.xml", confluence, Surface::Ticket);
    assert!(at(&found, "entities.xml!/object 77").1.contains("user: ann\npassword: y3\n"), "{found:?}");
    let page = "<!DOCTYPE html><html><head><title>Ops</title></head><body><div class=\"wiki-content group\"><p>password: y4</p></div>\
      <div id=\"footer\">Document generated by Confluence</div></body></html>";
    assert!(at(&messages("ops.html", page, Surface::Ticket), "ops.html").1.contains("password: y4\r"));
    let styles = "a { b: c }\n".repeat(1_000);
    let page = format!(
        "<html><head><style>{styles}</style></head><body>\n<h1 id=\"title-heading\">Ops</h1>\n\
      <div class=\"wiki-content\">\n<p>user: y5<br/>password: y6</p>\n</div></body></html>"
    );
    let text = &messages("ops.html", &page, Surface::Ticket);
    assert_eq!(at(text, "ops.html").1.lines().nth(1_003), Some("user: y5\rpassword: y6"));
}

#[test]
fn service_now_in_its_three_forms() {
    let json =
        r#"{"records": [{"number": "INC001", "sys_created_on": "2024-01-05 09:00:00", "work_notes": "password: z1", "u_api_key": "z2"}]}"#;
    let found = messages("incident.json", json, Surface::Ticket);
    let incident = at(&found, "incident.json!/INC001");
    assert!(incident.1.contains("password: z1\n") && incident.1.contains("u_api_key: z2\n"), "{}", incident.1);
    assert_eq!(incident.2.as_deref(), Some("2024-01-05T09:00:00Z"));
    let xml = "<?xml version=\"1.0\"?><unload unload_date=\"2024-01-06 09:00:00\"><incident action=\"INSERT_OR_UPDATE\">\
      <number>INC002</number><description>password: z3</description><sys_created_on>2024-01-05 09:00:00</sys_created_on></incident></unload>";
    let found = messages("incident.xml", xml, Surface::Ticket);
    let incident = at(&found, "incident.xml!/incident INC002");
    assert!(incident.1.contains("password: z3\n") && incident.2.is_some());
    let csv = "number,short_description,work_notes\nINC003,Login,password: z4\n";
    assert!(at(&messages("incident.csv", csv, Surface::Ticket), "incident.csv!/INC003").1.contains("password: z4\n"));
}

#[test]
fn a_damaged_export_is_scanned_whole_and_said() {
    let whole = r#"[{"type": "message", "text": "password: x", "ts": "1704445200.000100"}]"#;
    let feed = "<unload unload_date=\"x\"><incident><description>password: x</description></incident></unload>";
    for (name, whole) in [("general/2024-01-05.json", whole), ("incident.xml", feed)] {
        for end in whole.len() - 12..whole.len() {
            let (found, skips, surfaces) = read(name, &whole.as_bytes()[..end]);
            assert_eq!(found, [(name.to_owned(), whole[..end].to_owned(), None)]);
            assert_eq!(skips.iter().map(|skip| skip.why).collect::<Vec<_>>(), [SkipReason::Malformed], "{end}");
            assert!(surfaces[0] != Surface::Worktree);
        }
    }
}

#[test]
fn other_files_stay_whole() {
    for (name, text) in [("a.json", r#"{"value": [1, 2]}"#), ("b.xml", "<rss><channel></channel></rss>"), ("c.csv", "a,b\n1,2\n")] {
        assert_eq!(messages(name, text, Surface::Worktree), [(name.to_owned(), text.to_owned(), None)]);
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!(r#"[{{"type": "message", "ts": "1", "text": {}"#, "[".repeat(200_000));
    let (_, skips, _) = read("general/1.json", deep.as_bytes());
    assert_eq!(skips[0].why, SkipReason::Malformed);
    let deep = format!("<unload unload_date=\"x\">{}", "<a>".repeat(100_000));
    let (_, skips, _) = read("deep.xml", deep.as_bytes());
    assert!(skips[0].detail.contains("deeper than 128"), "{skips:?}");
}
