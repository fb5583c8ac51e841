// The files of the annotators' page: page.html, .css, .js and .svg and sheets.js, built in. In the
// HTML "@TOKEN@" stands for the token, "@TASK@" for "blocks" or "people", "@LIMIT@" for the purity.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_PAGE_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_PAGE_H_

namespace facet {

extern const char kAnnotationHtml[];
extern const char kAnnotationCss[];
extern const char kAnnotationJs[];
extern const char kAnnotationSheetsJs[];
extern const char kAnnotationIcon[];

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_PAGE_H_
