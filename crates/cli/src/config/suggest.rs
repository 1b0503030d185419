//! Suggestions for misspelled names.

/// Returns the candidate that is most similar to `text`, if any is similar enough.
pub(super) fn similar<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let similarity = |candidate: &str| strsim::jaro_winkler(text, candidate);
    candidates
        .into_iter()
        .filter(|candidate| similarity(candidate) > 0.75)
        .max_by(|a, b| similarity(a).total_cmp(&similarity(b)))
}
