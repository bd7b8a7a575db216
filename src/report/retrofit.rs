//! The retrofit screen in words.

use super::{
    Report, colon,
    sections::{Sections, Topic},
};
use crate::retrofit::{FlagOutcome, measures};

impl Report<'_> {
    /// The retrofit screen, and what reaching the target would save.
    pub(super) fn retrofit(&self, out: &mut Sections) {
        let Some(retrofit) = self.assessment.retrofit.as_ref().filter(|retrofit| !retrofit.flags.is_empty()) else {
            return;
        };
        let title = self.pick(
            "老旧小散筛查（不作判定；参考阈值已注明）",
            "Retrofit screen (screens, never judges; proxy thresholds are named)",
        );
        out.begin(Topic::Retrofit, title);
        for flag in &retrofit.flags {
            let outcome = match flag.outcome {
                FlagOutcome::Flagged => self.pick("触发", "flagged"),
                FlagOutcome::NotFlagged => self.pick("未触发", "not flagged"),
                FlagOutcome::Undetermined => self.pick("无法判定", "undetermined"),
            };
            let name = flag.name();
            let name = name.in_lang(self.lang);
            out.item(format_args!("{name}: {outcome} · {}", self.say(&flag.evidence)));
            let basis = flag.citation.basis.text();
            let basis = basis.in_lang(self.lang);
            out.below(format_args!("{} {} ({basis})", flag.citation.document, flag.citation.clause));
            if let Some(action) = &flag.action {
                out.below(format_args!("→ {}", self.say(action)));
            }
        }
        if retrofit.flags.iter().any(|flag| flag.outcome == FlagOutcome::Flagged) {
            let measures = measures();
            let names: Vec<&str> = measures.iter().map(|measure| measure.in_lang(self.lang)).collect();
            let words = self.pick("方案所列改造措施（二(六)15）：", "measures that the Wuhan plan names (二(六)15):");
            out.item(format_args!("{words} {}", names.join(self.pick("、", ", "))));
        }
        if let Some(surcharge) = &retrofit.surcharge {
            let words = self.pick("北京超限加价", "surcharge in Beijing");
            let (mwh, yuan) = (surcharge.kwh.kwh() / 1e3, surcharge.yuan);
            out.item(format_args!(
                "{words}{}{mwh:.3} MWh × {} = {yuan:.2} {}",
                colon(self.lang),
                surcharge.yuan_per_kwh,
                self.pick("元", "CNY")
            ));
        }
        if let (Some(savings), Some(target)) = (retrofit.savings_kwh, retrofit.target) {
            out.item(format_args!(
                "{} {target}{}{}",
                self.pick("每年节电潜力，目标 PUE", "yearly savings at PUE"),
                colon(self.lang),
                self.energy(savings)
            ));
            if let Some(yuan) = retrofit.savings_yuan {
                let words = self.pick("折合电费", "in money");
                out.below(format_args!("{words}{}{yuan:.2} {}", colon(self.lang), self.pick("元", "CNY")));
            }
            if let Some(tonnes) = retrofit.savings_co2_t {
                let words = self.pick("折合减排", "in emissions");
                out.below(format_args!("{words}{}{tonnes:.3} t CO₂e", colon(self.lang)));
            }
        }
    }
}
