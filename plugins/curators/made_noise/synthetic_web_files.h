// A planned web as files:
//
//   lists/film.csv, music.csv, press.json   ranked names, other spellings of one person
//   facts.csv                               name, sex, profession, born
//   votes.csv                               annotators' sheets (candidate_names.h)
//   exclude.txt                             names of people of a benchmark
//   engines/<engine>.json                   one page of results a line (engine_results.h)
//   mirror/<host>/<path>                    what the URLs answer
//   truth.csv                               url, name (as searched), what (reasons of
//                                           curation_summary.h, empty: right), original (the URL
//                                           that it repeats), detail, answer; two lines for a
//                                           duplicate of a wrong image
#ifndef FACET_PLUGINS_CURATORS_MADE_NOISE_SYNTHETIC_WEB_FILES_H_
#define FACET_PLUGINS_CURATORS_MADE_NOISE_SYNTHETIC_WEB_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "plugins/curators/made_noise/synthetic_web_plan.h"

namespace facet {

// All but the mirror.
absl::Status WriteWebTexts(const WebPlan& plan, const std::string& folder);

// Below the folder: "mirror/img3.example/mira-kolane/0f3c2a110007.jpg".
std::string MirrorPath(const WebImage& image);
// What the URL answers; nothing where it is missing. A file that is there is kept: it is whole.
absl::Status WriteWebAnswer(const WebImage& image, const WebOptions& options,
                            const std::string& folder);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_MADE_NOISE_SYNTHETIC_WEB_FILES_H_
