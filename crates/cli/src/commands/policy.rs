//! `unkeyed policy check`: whether a policy is well-formed, what each exception covers today, and what ends when.

use std::io::Write as _;
use std::path::Path;

use anyhow::bail;
use unkeyed_model::{Finding, Level, Policy, Report, Timestamp};
use unkeyed_source::{GitScope, Options};

use super::setup::{POLICY_FILE, Setup};
use crate::Exit;
use crate::args::{PolicyCheckArgs, Profile, RunArgs};
use crate::progress::Progress;

/// Checks the policy that is in force for the target.
pub(crate) fn check(args: &PolicyCheckArgs) -> anyhow::Result<Exit> {
    // A policy file by itself is judged together with the folder that it lies in.
    let path = Path::new(&args.target);
    let is_policy = path.is_file();
    let folder = path.parent().map(|folder| folder.display().to_string()).filter(|folder| !folder.is_empty());
    let run = RunArgs {
        targets: vec![if is_policy { folder.unwrap_or_else(|| ".".into()) } else { args.target.clone() }],
        policy: args.policy.clone().or_else(|| is_policy.then(|| path.to_owned())),
        as_of: args.as_of,
        quiet: true,
        rules: args.rules.clone(),
        ..RunArgs::plain()?
    };
    let setup = Setup::new(&run)?;
    let Some((name, digest)) = &setup.policy_used else {
        bail!("{}: there is no {POLICY_FILE} here; --policy FILE names one", args.target)
    };
    let options = Options { git: GitScope::WorkingTree, ..Options::default() };
    let report = setup.report(&run, &options, Profile::Audit, &Progress::new(true))?;
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}: well-formed, sha256 {digest}", unkeyed_report::printable(name))?;
    let page = page(&setup.policy, &report, setup.now);
    write!(out, "{}", page.lines().map(|line| format!("{}\n", unkeyed_report::printable(line))).collect::<String>())?;
    let is_refused = remarks(&report).any(|remark| remark.level == Level::Error);
    Ok(if is_refused { Exit::GateFailed } else { Exit::Ok })
}

/// What the exceptions gave rise to.
fn remarks(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.check.starts_with("EX-"))
}

fn page(policy: &Policy, report: &Report, now: Timestamp) -> String {
    if policy.exceptions.is_empty() {
        return "no exceptions\n".into();
    }
    let mut page = String::new();
    for exception in &policy.exceptions {
        page += &format!("\n{}  {}, owner {}\n", exception.id, exception.category, exception.owner);
        let own = format!("Exception {} (", exception.id);
        for remark in remarks(report).filter(|remark| remark.message.starts_with(&own)) {
            let said = remark.message.split_once("): ").map_or(remark.message.as_str(), |(_, said)| said);
            page += &format!("  {:<20} {said}\n", remark.check);
            let workload = remark.workload.iter().map(|workload| format!("  {:<20} workload {workload}\n", ""));
            page.extend(workload.filter(|_| remark.check == "EX-VALID"));
        }
    }
    page += "\nWhat ends when\n";
    for (when, what) in dates(policy) {
        let days = (when.as_second() - now.as_second()).div_euclid(86_400);
        let day: String = when.to_string().chars().take(10).collect();
        let distance = if days < 0 { "past".to_owned() } else { format!("in {days} days") };
        page += &format!("  {day}  {distance:<12} {what}\n");
    }
    let astray = remarks(report).filter(|remark| !remark.message.starts_with("Exception "));
    astray.for_each(|remark| page += &format!("\n{}: {}\n", remark.check, remark.message));
    page
}

/// All ends and milestones, the next one first.
fn dates(policy: &Policy) -> Vec<(Timestamp, String)> {
    let mut dates = Vec::new();
    for exception in &policy.exceptions {
        dates.push((exception.expires, format!("{} ends", exception.id)));
        let milestones = exception.milestones.iter();
        dates.extend(milestones.map(|milestone| (milestone.by, format!("{}: {}", exception.id, milestone.what))));
    }
    dates.sort();
    dates
}
