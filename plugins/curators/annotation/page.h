// The files of the annotators' page: annotation_page.html, .css, .js and .svg, built in. "@TOKEN@" in
// the HTML stands for the token.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_PAGE_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_PAGE_H_

namespace facet {

extern const char kAnnotationHtml[];
extern const char kAnnotationCss[];
extern const char kAnnotationJs[];
extern const char kAnnotationIcon[];

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_PAGE_H_
