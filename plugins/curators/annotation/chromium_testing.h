// Drives a headless Chromium through the DevTools protocol over a pipe: what a test needs to work a
// page as people do. Source: https://chromedevtools.github.io/devtools-protocol/
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_CHROMIUM_TESTING_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_CHROMIUM_TESTING_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/child_process.h"
#include "core/base/json.h"

namespace facet {

class Chromium;

// A window of its own, with cookies and storage of its own. Its calls fail the running test and
// return null where the browser does not answer.
class ChromiumPage {
 public:
  void Open(const std::string& url);
  void Reload();
  void Resize(int width_px, int height_px);
  // The value of an expression; a promise is waited for.
  Json Eval(const std::string& script);
  // Until the expression is true; otherwise fails the test, and says `script`.
  bool WaitFor(const std::string& script, double seconds = 30);
  // As KeyboardEvent.key: "a", "?", " ", "Enter", "ArrowLeft".
  void Press(const std::string& key, bool shift = false);
  void Type(const std::string& text);
  // In the middle of the first element of the CSS selector.
  void Click(const std::string& selector, bool shift = false);
  void Screenshot(const std::string& path);  // PNG
  // Exceptions and errors of the page, what its policy forbade among them.
  std::vector<std::string> errors() const;

 private:
  friend class Chromium;
  ChromiumPage(Chromium* browser, std::string session)
      : browser_(browser), session_(std::move(session)) {}
  Json Send(const std::string& method, const Json& parameters = Json::object());

  Chromium* const browser_;
  const std::string session_;
};

class Chromium {
 public:
  // The program's path; empty: not installed.
  static std::string Find();
  // `folder` gets the profile. Null if it does not start.
  static std::unique_ptr<Chromium> Start(const std::string& program, const std::string& folder);
  ~Chromium();

  std::unique_ptr<ChromiumPage> NewPage(int width_px, int height_px);

 private:
  friend class ChromiumPage;
  explicit Chromium(std::unique_ptr<ChildProcess> process) : process_(std::move(process)) {}
  Json Send(const std::string& method, const Json& parameters, const std::string& session);
  bool Receive(Json* message);

  const std::unique_ptr<ChildProcess> process_;
  int last_id_ = 0;
  std::string received_;
  std::vector<std::pair<std::string, std::string>> errors_;  // session, text
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_CHROMIUM_TESTING_H_
