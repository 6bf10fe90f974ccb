//! The detector: rules and key in, matches out.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use unkeyed_model::{Confidence, Match, Origin, Skip, SkipReason, Slot, Span, Unit};

use crate::allow::Seen;
use crate::conditions::{self, Condition};
use crate::decode::{self, Decoded, Depth};
use crate::finding::Finding;
use crate::fingerprint::FingerprintKey;
use crate::generic::{self, Generic};
use crate::inherit::{Events, Spent, Trace};
use crate::rule::Rule;
use crate::rule_error::{Problem, RuleError};
use crate::rule_set::RuleSet;
use crate::search::{Event, Found, Search, SearchScratch};
use crate::structure::{Candidate, Draft, Outcome};
use crate::{doubt, emit, overlap, pairing, placeholder, slots};

/// Matches beyond so many in one Unit are left out, and that is said: nobody reads them, and they would fill the memory.
const MAX_DRAFTS: usize = 20_000;

/// Working memory for more decoded bytes than this is given back at once: with the places of the bytes it may take several times as much.
const KEEP_DECODED: usize = 64 << 10;

/// Finds credentials. Build it once, share it between threads.
#[derive(Debug)]
pub struct Detector {
    /// Tells the detectors of a process apart, so that no scratch is used with caches of another.
    id: u64,
    rules: RuleSet,
    search: Search,
    generic: Generic,
    /// The rules that report what `generic` finds.
    extracting: Vec<(generic::Extract, Arc<Rule>)>,
    key: FingerprintKey,
    /// Documented example values of all rules, sorted.
    public: OnceLock<Vec<Vec<u8>>>,
    /// How many matches of each rule were left out because of an adjustment.
    left_out: Vec<AtomicU64>,
}

/// Working memory of one thread, to be reused from Unit to Unit.
#[derive(Default)]
pub struct Scratch {
    detector: u64,
    search: SearchScratch,
    decoded: Vec<Decoded>,
    /// Bytes that decoding may still yield for this Unit.
    budget: usize,
    /// Matches that this Unit may still have.
    drafts: usize,
    notices: Vec<Skip>,
    /// Whether the text itself says that it is quoted-printable.
    is_mail: bool,
    /// Of the text itself, not of what was decoded from it: what was come upon, and what that cost.
    events: Events,
    spent: Spent,
}

/// What is in a text.
#[derive(Default)]
pub(crate) struct Examined {
    /// In order of place, without overlaps.
    pub(crate) findings: Vec<Finding>,
    /// All places that matched, reported or not.
    pub(crate) veil: Vec<Span>,
}

impl Detector {
    /// Prepares the search for all rules.
    ///
    /// # Errors
    /// If the rules are too many to be searched for.
    pub fn new(rules: RuleSet, key: FingerprintKey) -> Result<Self, RuleError> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let problem = |error: unkeyed_prefilter::BuildError| Problem { file: "rules".into(), line: 1, rule: None, what: error.to_string() };
        let search = Search::new(rules.index()).map_err(problem)?;
        let left_out = (0..rules.rules().len()).map(|_| AtomicU64::new(0)).collect();
        let extracting = rules.extracting();
        Ok(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            rules,
            search,
            generic: Generic::new(),
            extracting,
            key,
            public: OnceLock::new(),
            left_out,
        })
    }

    /// The rules it works with.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The literals of all rules: what the whole text is searched for, before any rule is tried.
    #[must_use]
    pub fn literals(&self) -> &[unkeyed_prefilter::Pattern] {
        self.search.patterns()
    }

    /// Finds the credentials of `unit` and hands them to `sink` in order of place, one match per place the content was read
    /// from. `slots` are the places in this Unit of which a parser says that a credential stands there.
    pub fn scan(&self, unit: &Unit<'_>, slots: &[Slot], scratch: &mut Scratch, sink: &mut dyn FnMut(Match)) {
        let text = unit.bytes();
        let Examined { findings, veil } = self.examine_unit(unit, &whole(text), decode::is_mail(text), scratch);
        let mut findings = slots::join(self, text, unit.origins(), findings, slots, scratch);
        if let Some(window) = unit.window() {
            findings.retain(|finding| (window.own.start..window.own.end).contains(&finding.draft.secret.start));
        }
        emit(unit, findings, veil, sink);
    }

    /// The same for a Unit with a lineage, of which no parser knows anything: what was copied from a base is searched only
    /// where that could make a difference. `base` is what the scan of the base returned, if it is at hand.
    pub fn scan_built(&self, unit: &Unit<'_>, base: Option<&Trace>, scratch: &mut Scratch, sink: &mut dyn FnMut(Match)) -> Trace {
        let noticed = scratch.notices.len();
        // What a mail says of itself at the top has a say about every line.
        let is_mail = decode::is_mail(unit.bytes());
        if let Some((base, parts)) = base.filter(|_| !is_mail).and_then(|base| Some((base, base.parts(unit)?))) {
            let Examined { findings, veil } = self.examine_unit(unit, &parts, is_mail, scratch);
            let is_sound = scratch.notices.len() == noticed;
            let trace = base.continued(unit, std::mem::take(&mut scratch.events), scratch.spent, is_sound).filter(|_| is_sound);
            if let Some(trace) = trace {
                emit(unit, findings, veil, sink);
                return trace;
            }
            scratch.notices.truncate(noticed);
        }
        let Examined { findings, veil } = self.examine_unit(unit, &whole(unit.bytes()), is_mail, scratch);
        emit(unit, findings, veil, sink);
        let is_sound = scratch.notices.len() == noticed && !is_mail;
        Trace::new(unit, std::mem::take(&mut scratch.events), scratch.spent, is_sound)
    }

    /// Finds what is in `parts` of a Unit.
    fn examine_unit(&self, unit: &Unit<'_>, parts: &[Span], is_mail: bool, scratch: &mut Scratch) -> Examined {
        scratch.begin(self.id, unit.bytes().len());
        scratch.is_mail = is_mail;
        self.examine(unit.bytes(), parts, unit.origins(), Depth::default(), scratch)
    }

    /// Finds what is in a text that was decoded.
    pub(crate) fn examine_decoded(&self, text: &[u8], origins: &[Arc<Origin>], depth: Depth, scratch: &mut Scratch) -> Examined {
        self.examine(text, &whole(text), origins, depth, scratch)
    }

    /// Finds what is in `parts` of `text`, which came out of `depth` decodings.
    fn examine(&self, text: &[u8], parts: &[Span], origins: &[Arc<Origin>], depth: Depth, scratch: &mut Scratch) -> Examined {
        let mut drafts = self.drafts(text, parts, origins, depth, scratch);
        if !drafts.is_empty() {
            pairing::pair(&mut drafts, text, &origins[0]);
        }
        let mut veil: Vec<Span> = drafts.iter().flat_map(|draft| draft.related.iter().chain([&draft.secret])).copied().collect();
        let mut findings: Vec<Finding> = drafts.into_iter().filter_map(|draft| self.seal(draft, text, origins)).collect();
        self.examine_encoded(text, parts, origins, depth, scratch, &mut |inner, region, decoded| {
            veil.extend(inner.veil.into_iter().map(|span| decoded.place(span)));
            findings.extend(inner.findings.into_iter().map(|finding| finding.lift(region.step, |span| decoded.place(span))));
        });
        Examined { findings: overlap::resolve(findings), veil }
    }

    /// How many matches of a rule were left out because of an adjustment.
    #[must_use]
    pub fn left_out(&self, rule: &str) -> u64 {
        self.rules.position(rule).map_or(0, |at| self.left_out[at].load(Ordering::Relaxed))
    }

    /// Settles a draft of `text`, unless its rule allows it wherever the text was read from.
    pub(crate) fn seal(&self, draft: Draft, text: &[u8], origins: &[Arc<Origin>]) -> Option<Finding> {
        let public = self.public.get_or_init(|| self.rules.public());
        let is_public = |value: &[u8]| public.binary_search_by(|known| known.as_slice().cmp(value)).is_ok();
        let mut finding = Finding::seal(draft, text, &self.key, is_public);
        let Finding { draft, fingerprint, .. } = &finding;
        let rule = &draft.rule;
        if rule.allow.is_empty() {
            return Some(finding);
        }
        let seen = Seen { text, whole: draft.whole, secret: draft.secret, path: "", fingerprint: *fingerprint };
        let reason = |origin: &Origin| rule.allow.iter().find(|one| one.excuses(Seen { path: &origin.path, ..seen }));
        let reasons: Vec<_> = origins.iter().map(|origin| reason(origin)).collect();
        if reasons.iter().flatten().any(|one| one.is_adjustment)
            && let Some(at) = self.rules.position(&rule.info.id)
        {
            self.left_out[at].fetch_add(1, Ordering::Relaxed);
        }
        let allowed_at = reasons.iter().enumerate().filter(|(_, reason)| reason.is_some()).map(|(at, _)| at).collect();
        finding.allowed_at = allowed_at;
        (finding.allowed_at.len() < origins.len()).then_some(finding)
    }

    /// Decodes and examines the encoded parts of `text`.
    fn examine_encoded(
        &self,
        text: &[u8],
        parts: &[Span],
        origins: &[Arc<Origin>],
        depth: Depth,
        scratch: &mut Scratch,
        on_inner: &mut dyn FnMut(Examined, decode::Region, &Decoded),
    ) {
        let mut regions = Vec::new();
        match depth.is_file() {
            true => decode::regions_in(text, parts, scratch.is_mail, &mut regions),
            false => decode::regions(text, true, &mut regions),
        }
        for region in regions {
            let Some(behind) = depth.behind(region.step) else { continue };
            let mut decoded = scratch.decoded.pop().unwrap_or_default();
            let limit = scratch.budget;
            decode::decode(text, region, limit, &mut decoded);
            if decoded.bytes.len() > scratch.budget {
                scratch.notice(&origins[0], "decoding stopped: the encoded parts would yield too much for a file of this size".into());
                return;
            }
            if decoded.cut {
                scratch.notice(&origins[0], format!("of a {} part only the first {} bytes were decoded", region.step, decoded.bytes.len()));
            }
            scratch.budget -= decoded.bytes.len();
            scratch.spent.decoded += decoded.bytes.len();
            let inner = self.examine_decoded(&decoded.bytes, origins, behind, scratch);
            if depth.is_file() {
                scratch.events.leave(region.span, !inner.veil.is_empty());
            }
            if !inner.veil.is_empty() {
                decode::locate(text, region, limit, &mut decoded);
                on_inner(inner, region, &decoded);
            }
            if decoded.bytes.capacity() <= KEEP_DECODED {
                scratch.decoded.push(decoded);
            }
        }
    }

    /// Every match that passes its rule's tests.
    fn drafts(&self, text: &[u8], parts: &[Span], origins: &[Arc<Origin>], depth: Depth, scratch: &mut Scratch) -> Vec<Draft> {
        let rules = self.rules.rules();
        let (mut drafts, mut generic) = (Vec::new(), Vec::new());
        let applies = |rule: &Rule| conditions::applies_to(rule, origins);
        let room = scratch.drafts;
        let file = (depth.is_file() || generic::is_source_map(&origins[0])).then_some(&*origins[0]);
        let mut progress = generic::Progress::new(text.len());
        let mut events = std::mem::take(&mut scratch.events);
        events.is_inside = !depth.is_file();
        self.search.run(rules, text, parts, &mut scratch.search, applies, |event| {
            match event {
                _ if drafts.len() + generic.len() >= room => return ControlFlow::Break(()),
                Event::Match(found) => {
                    events.say(found.whole);
                    drafts.extend(draft(rules.get(found.rule), text, found, &origins[0], depth));
                }
                Event::Far(at) => events.say(Span::new(at, at + 1)),
                Event::Elsewhere(at) => events.say_elsewhere(at),
                Event::Word { word, at } => {
                    self.generic.look(&mut progress, text, file, word, at, |found| {
                        events.say(found.secret);
                        generic.extend(self.generic_draft(text, found, applies));
                    });
                }
            }
            ControlFlow::Continue(())
        });
        if depth.is_file() {
            generic::whole::look(text, &origins[0], |found| generic.extend(self.generic_draft(text, found, applies)));
        }
        scratch.events = events;
        scratch.spent.steps += scratch.search.steps;
        scratch.spent.places += progress.places();
        drafts.append(&mut generic);
        // One header may have given several at once.
        scratch.drafts = room.saturating_sub(drafts.len());
        if scratch.drafts == 0 && room > 0 {
            scratch.notice(&origins[0], format!("more than {MAX_DRAFTS} matches; the rest was not looked at"));
        }
        if progress.is_exhausted() {
            scratch.notice(&origins[0], "generic credentials: too many places where one could stand; the rest was not looked at".into());
        }
        for at in std::mem::take(&mut scratch.search.cut_short) {
            scratch.notice(&origins[0], format!("rule {} was stopped: too many places that nearly match it", rules.get(at).info.id));
        }
        drafts
    }

    /// The draft for a generic credential, by the rule that reports such.
    fn generic_draft(&self, text: &[u8], found: generic::Found, applies: impl Fn(&Rule) -> bool) -> Option<Draft> {
        let (_, rule) = self.extracting.iter().find(|(extract, rule)| *extract == found.extract && applies(rule))?;
        let mut draft = Draft::new(rule, found.secret);
        draft.confidence = found.confidence;
        doubt::mark_host(&mut draft, text);
        Some(draft)
    }

    /// Why what stands at `span` is reported as a generic credential, or is not: features with their values and weights, never
    /// a byte of the value. Empty if no name, address or tool gives that place a value.
    #[must_use]
    pub fn why(&self, unit: &Unit<'_>, span: Span) -> Vec<String> {
        let origin = unit.origins().first().map(AsRef::as_ref);
        let (text, mut reasons) = (unit.bytes(), Vec::new());
        let mut progress = generic::Progress::new(text.len());
        self.search.words(text, |word, at| {
            let told = self.generic.why(&mut progress, text, origin, word, at, span);
            if reasons != told {
                reasons.extend(told);
            }
            ControlFlow::Continue(())
        });
        let lowers = origin.is_some_and(|origin| doubt::at_path(Confidence::High, origin) != Confidence::High);
        if lowers && !reasons.is_empty() {
            reasons.push("the path is one for tests, examples or samples: one step lower".into());
        }
        reasons
    }
}

/// All of a text as its only part.
fn whole(text: &[u8]) -> [Span; 1] {
    [Span::new(0, text.len())]
}

/// Hands findings to `sink`, if there are any.
fn emit(unit: &Unit<'_>, findings: Vec<Finding>, mut veil: Vec<Span>, sink: &mut dyn FnMut(Match)) {
    if !findings.is_empty() {
        veil.extend(findings.iter().map(|finding| finding.draft.secret));
        emit::emit(unit, findings, veil, sink);
    }
}

/// The draft for a match of a rule's pattern, if it passes the rule's other tests.
fn draft(rule: &Arc<Rule>, text: &[u8], found: Found, origin: &Origin, depth: Depth) -> Option<Draft> {
    let Found { whole, secret, .. } = found;
    let condition = conditions::check(rule, text, whole, secret);
    let file = depth.is_file().then_some(origin);
    if condition == Condition::Fails || rule.typed_position && placeholder::in_text(text, secret, file).is_some() {
        return None;
    }
    let mut draft = Draft::new(rule, secret);
    draft.whole = whole;
    draft.verified_structure = condition == Condition::Proven;
    if let Some(inspect) = rule.inspect
        && inspect(&Candidate { text, whole, secret, origin, rule }, &mut draft) == Outcome::Reject
    {
        return None;
    }
    doubt::mark_host(&mut draft, text);
    Some(draft)
}

impl Scratch {
    /// What was left out because a limit was reached, since the last call: belongs into the coverage.
    #[must_use]
    pub fn take_notices(&mut self) -> Vec<Skip> {
        std::mem::take(&mut self.notices)
    }

    fn begin(&mut self, detector: u64, length: usize) {
        if self.detector != detector {
            *self = Self { detector, ..Self::default() };
        }
        self.drafts = MAX_DRAFTS;
        self.events.clear();
        self.spent = Spent::default();
        self.budget = decode::budget(length);
    }

    fn notice(&mut self, origin: &Origin, detail: String) {
        self.notices.push(Skip { path: origin.path.clone(), why: SkipReason::Limit, detail });
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its buffers hold decoded text.
        f.write_str("Scratch(..)")
    }
}
