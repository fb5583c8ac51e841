#include "plugins/curators/annotation/chromium_testing.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

constexpr absl::Duration kAnswerTime = absl::Minutes(1);

// The browser's descriptors, as --remote-debugging-pipe has them.
constexpr int kCommands = 3, kAnswers = 4;

struct KeyCode {
  std::string code;
  int number;
};

KeyCode CodeOf(const std::string& key) {
  static const std::map<std::string, KeyCode> kNamed = {
      {"Enter", {"Enter", 13}},
      {"Escape", {"Escape", 27}},
      {" ", {"Space", 32}},
      {"ArrowLeft", {"ArrowLeft", 37}},
      {"ArrowUp", {"ArrowUp", 38}},
      {"ArrowRight", {"ArrowRight", 39}},
      {"ArrowDown", {"ArrowDown", 40}},
      {"End", {"End", 35}},
      {"Home", {"Home", 36}},
      {"?", {"Slash", 191}},
      {"+", {"Equal", 187}},
      {"-", {"Minus", 189}},
      {"0", {"Digit0", 48}},
  };
  const auto found = kNamed.find(key);
  if (found != kNamed.end()) return found->second;
  const char upper = static_cast<char>(key[0] & ~0x20);
  return {std::string("Key") + upper, upper};
}

}  // namespace

std::string Chromium::Find() {
  for (const char* path : {"/usr/bin/chromium", "/usr/local/bin/chromium", "/snap/bin/chromium"}) {
    if (::access(path, X_OK) == 0) return path;
  }
  return "";
}

std::unique_ptr<Chromium> Chromium::Start(const std::string& program, const std::string& folder) {
  const std::string log = folder + "/chromium.log";
  ChildOptions options;
  options.command = {program,
                     "--headless",
                     "--no-sandbox",
                     "--disable-gpu",
                     "--disable-dev-shm-usage",
                     "--disable-quic",
                     "--no-first-run",
                     "--disable-background-networking",
                     "--disable-component-update",
                     "--disable-sync",
                     "--disable-extensions",
                     "--hide-scrollbars",
                     "--force-device-scale-factor=1",
                     "--remote-debugging-pipe",
                     "--user-data-dir=" + folder + "/profile",
                     "about:blank"};
  options.streams = {{STDOUT_FILENO, ChildStream::File(log)},
                     {STDERR_FILENO, ChildStream::File(log)},
                     {kCommands, ChildStream::PipeIn()},
                     {kAnswers, ChildStream::PipeOut()}};
  absl::StatusOr<std::unique_ptr<ChildProcess>> process = ChildProcess::Start(options);
  if (!process.ok()) {
    ADD_FAILURE() << process.status();
    return nullptr;
  }
  ::signal(SIGPIPE, SIG_IGN);
  std::unique_ptr<Chromium> browser(new Chromium(*std::move(process)));
  return browser->Send("Browser.getVersion", Json::object(), "").is_null() ? nullptr
                                                                           : std::move(browser);
}

Chromium::~Chromium() {
  process_->ClosePipe(kCommands);  // ends it
  process_->ClosePipe(kAnswers);
  process_->Wait(absl::Seconds(5));
}

bool Chromium::Receive(Json* message) {
  for (;;) {
    const size_t end = received_.find('\0');
    if (end != std::string::npos) {
      *message = *ParseJson(received_.substr(0, end), "message");
      received_.erase(0, end + 1);
      return true;
    }
    const size_t before = received_.size();
    if (!process_->Read(kAnswers, kAnswerTime, &received_)) return false;
    if (received_.size() == before) return false;
  }
}

Json Chromium::Send(const std::string& method, const Json& parameters, const std::string& session) {
  Json command = {{"id", ++last_id_}, {"method", method}, {"params", parameters}};
  if (!session.empty()) command["sessionId"] = session;
  const std::string text = Dump(command) + '\0';
  for (size_t written = 0; written < text.size();) {
    const ssize_t size =
        ::write(process_->pipe(kCommands), text.data() + written, text.size() - written);
    if (size <= 0) {
      ADD_FAILURE() << "the browser has ended";
      return nullptr;
    }
    written += static_cast<size_t>(size);
  }
  for (Json message; Receive(&message);) {
    if (message.value("id", 0) == last_id_) {
      if (message.contains("result")) return message["result"];
      ADD_FAILURE() << method << ": " << Dump(message);
      return nullptr;
    }
    const std::string event = message.value("method", "");
    const std::string from = message.value("sessionId", "");
    if (event == "Runtime.exceptionThrown") {
      errors_.emplace_back(from, Dump(message["params"]["exceptionDetails"]));
    } else if (event == "Log.entryAdded" && message["params"]["entry"]["level"] == "error") {
      const Json& entry = message["params"]["entry"];
      errors_.emplace_back(
          from, absl::StrCat(entry["text"].get<std::string>(), " ", entry.value("url", "")));
    }
  }
  ADD_FAILURE() << method << ": the browser does not answer";
  return nullptr;
}

std::unique_ptr<ChromiumPage> Chromium::NewPage(int width_px, int height_px) {
  const Json context = Send("Target.createBrowserContext", Json::object(), "");
  if (context.is_null()) return nullptr;
  const Json target =
      Send("Target.createTarget",
           {{"url", "about:blank"}, {"browserContextId", context["browserContextId"]}}, "");
  if (target.is_null()) return nullptr;
  const Json attached =
      Send("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}}, "");
  if (attached.is_null()) return nullptr;
  std::unique_ptr<ChromiumPage> page(new ChromiumPage(this, attached["sessionId"]));
  for (const char* domain : {"Page.enable", "Runtime.enable", "Log.enable"}) page->Send(domain);
  page->Resize(width_px, height_px);
  return page;
}

Json ChromiumPage::Send(const std::string& method, const Json& parameters) {
  return browser_->Send(method, parameters, session_);
}

void ChromiumPage::Open(const std::string& url) {
  Send("Page.navigate", {{"url", url}});
  WaitFor("location.href === " + Dump(Json(url)) + " && document.readyState === 'complete'");
}

void ChromiumPage::Reload() {
  Eval("window.beforeReload = true");
  Send("Page.reload");
  WaitFor("!window.beforeReload && document.readyState === 'complete'");
}

void ChromiumPage::Resize(int width_px, int height_px) {
  Send("Emulation.setDeviceMetricsOverride",
       {{"width", width_px}, {"height", height_px}, {"deviceScaleFactor", 1}, {"mobile", false}});
}

Json ChromiumPage::Eval(const std::string& script) {
  const Json answer =
      Send("Runtime.evaluate",
           {{"expression", script}, {"returnByValue", true}, {"awaitPromise", true}});
  if (answer.is_null()) return nullptr;
  if (answer.contains("exceptionDetails")) {
    ADD_FAILURE() << script << ": " << Dump(answer["exceptionDetails"]);
    return nullptr;
  }
  return answer["result"].value("value", Json(nullptr));
}

bool ChromiumPage::WaitFor(const std::string& script, double seconds) {
  const auto start = std::chrono::steady_clock::now();
  // A page that is being left has nothing to evaluate in: asked again.
  while (Eval("(() => { try { return Boolean(" + script +
              "); } catch (e) { return false; } })()") != true) {
    if (std::chrono::steady_clock::now() - start > std::chrono::duration<double>(seconds)) {
      ADD_FAILURE() << "never true: " << script;
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  return true;
}

void ChromiumPage::Press(const std::string& key, bool shift) {
  const KeyCode code = CodeOf(key);
  Json event = {{"type", "keyDown"},
                {"key", key},
                {"code", code.code},
                {"windowsVirtualKeyCode", code.number},
                {"modifiers", shift ? 8 : 0}};
  if (key.size() == 1) event["text"] = key;
  if (key == "Enter") event["text"] = "\r";
  Send("Input.dispatchKeyEvent", event);
  event.erase("text");
  event["type"] = "keyUp";
  Send("Input.dispatchKeyEvent", event);
}

void ChromiumPage::Type(const std::string& text) { Send("Input.insertText", {{"text", text}}); }

void ChromiumPage::Click(const std::string& selector, bool shift) {
  const Json place = Eval("(() => { const box = document.querySelector(" + Dump(Json(selector)) +
                          ").getBoundingClientRect();"
                          "return [box.x + box.width / 2, box.y + box.height / 2]; })()");
  if (!place.is_array()) return;
  Json event = {{"x", place[0]}, {"y", place[1]}, {"modifiers", shift ? 8 : 0}};
  event["type"] = "mouseMoved";
  Send("Input.dispatchMouseEvent", event);
  event["button"] = "left";
  event["clickCount"] = 1;
  for (const char* type : {"mousePressed", "mouseReleased"}) {
    event["type"] = type;
    Send("Input.dispatchMouseEvent", event);
  }
}

void ChromiumPage::Screenshot(const std::string& path) {
  const Json answer = Send("Page.captureScreenshot", {{"format", "png"}});
  std::string bytes;
  if (answer.is_null() || !absl::Base64Unescape(answer["data"].get<std::string>(), &bytes)) return;
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<std::string> ChromiumPage::errors() const {
  std::vector<std::string> own;
  for (const auto& [session, text] : browser_->errors_) {
    if (session == session_) own.push_back(text);
  }
  return own;
}

}  // namespace facet
