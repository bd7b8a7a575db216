//! Rules about the green low-carbon grade (绿色低碳等级): an attested input, never computed.

use super::{Case, Outcome, Pack, weighing::Weighing};
use crate::{
    facility::{Certificate, CertificateKind, Ladder, Level, Standing},
    finding::Text,
};

impl Pack {
    /// Whether a certificate that counts is of a level or better.
    pub(super) fn weigh_grade(
        &self,
        weighing: &mut Weighing<'_>,
        case: &Case<'_>,
        at_least: Level,
        ladder: Option<Ladder>,
    ) {
        let (own, kinds) = (ladder.map(|ladder| vec![ladder]), &self.settings.kinds);
        let ladders = own.as_ref().unwrap_or(&self.settings.ladders);
        let admitted = |paper: &Certificate| {
            let ladder = if ladders.is_empty() {
                paper.ladder.is_some()
            } else {
                paper.ladder.is_some_and(|ladder| ladders.contains(&ladder))
            };
            let kind = if kinds.is_empty() {
                paper.kind.is_some()
            } else {
                paper.kind.is_some_and(|kind| kinds.contains(&kind))
            };
            ladder && kind && paper.standing(&case.facility().id, case.on) == Standing::InForce
        };
        // A paper that lacks a field, and may turn out to be one of those that count and high enough.
        let may_be = |paper: &Certificate| {
            let ladder = ladders.is_empty() || paper.ladder.is_none_or(|ladder| ladders.contains(&ladder));
            let kind = kinds.is_empty() || paper.kind.is_none_or(|kind| kinds.contains(&kind));
            let standing = paper.standing(&case.facility().id, case.on);
            let open = matches!(standing, Standing::InForce | Standing::NoExpiry | Standing::Incomplete);
            ladder && kind && open && paper.level.is_none_or(|level| level >= at_least)
        };
        let best = case
            .certificates
            .iter()
            .filter(|paper| admitted(paper))
            .filter_map(|paper| Some((paper.level?, paper)))
            .max_by_key(|(level, _)| *level);
        if ladder.is_none() {
            weighing.assumptions.push(which_count(ladders, kinds));
        }
        let inputs = [("offered", case.certificates.len().into()), ("day", case.on.into())];
        weighing.step(
            "certificates",
            "of this site, admitted, in force on the day; the best",
            best.map_or("none", |(level, _)| level.as_str()),
            inputs,
        );
        let Some((level, paper)) = best else {
            return weighing.undetermined(
                Text::new("没有可计入的绿色低碳等级证书", "no certificate of the green low-carbon grade that counts"),
                Text::new(
                    format!("提交本数据中心在 {} 有效、写明颁发日与有效期的等级证书", case.on),
                    format!("a certificate of this site in force on {}, with its day of issue and of expiry", case.on),
                ),
            );
        };
        if level < at_least && case.certificates.iter().any(may_be) {
            return weighing.undetermined(
                Text::new(
                    format!("有效证书仅 {} 级，另有证书信息不全，可能达到要求", level.short()),
                    format!("the certificate that counts is {}, and another one, which may be high enough, lacks information", level.short()),
                ),
                Text::new(
                    "补全该证书的等级种类、类别、级别、所属数据中心、颁发日与有效期",
                    "its ladder, kind, level, facility, day of issue and of expiry",
                ),
            );
        }
        weighing.level = Some(level.as_str().to_owned());
        weighing.outcome = if level >= at_least { Outcome::Meets } else { Outcome::Fails };
        weighing.step(
            "compare",
            "level against level",
            format!("{} ≥ {}: {}", level.as_str(), at_least.as_str(), level >= at_least),
            [],
        );
        let number = paper.number.as_deref().unwrap_or("—");
        let (zh, en) = match paper.ladder {
            Some(Ladder::LowCarbon) => ("低碳等级", "low-carbon grade"),
            _ => ("绿色等级", "green grade"),
        };
        let needed = at_least.short();
        weighing.say(Text::new(
            format!("{zh} {}，要求 {needed} 级以上（证书 {number}）", level.short()),
            format!("{en} {}, {needed} or better is asked (certificate {number})", level.short()),
        ))
    }
}

fn which_count(ladders: &[Ladder], kinds: &[CertificateKind]) -> Text {
    if ladders.is_empty() && kinds.is_empty() {
        return Text::new(
            "文本未指明等级种类：绿色等级或低碳等级、设计类或运行类均可",
            "the text does not say which grade counts: green or low-carbon, design or operation, either is taken",
        );
    }
    let green = |ladder: &Ladder| *ladder == Ladder::Green;
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for ladder in ladders {
        zh.push(if green(ladder) { "绿色等级" } else { "低碳等级" });
        en.push(if green(ladder) { "green" } else { "low-carbon" });
    }
    for kind in kinds {
        let design = *kind == CertificateKind::Design;
        zh.push(if design { "设计类" } else { "运行类" });
        en.push(if design { "design" } else { "operation" });
    }
    Text::new(
        format!("按设置计入的等级：{}", zh.join("、")),
        format!("grades that count by setting: {}", en.join(", ")),
    )
}
