#include "plugins/curators/annotation/server.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <thread>
#include <unordered_map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "httplib.h"
#include "plugins/curators/annotation/page.h"
#include "plugins/curators/annotation/thumbnails.h"

namespace facet {
namespace {

using httplib::Request;
using httplib::Response;

constexpr char kHost[] = "127.0.0.1";
constexpr int kThumbPx = 240, kFullPx = 1200;
// A browser keeps six connections, and each takes a thread while it is kept.
constexpr size_t kThreads = 48;
constexpr size_t kMaxBodyBytes = 256 << 10;

absl::StatusOr<std::string> RandomToken() {
  std::array<char, 24> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return absl::InternalError("the system gives no random bytes");
  }
  return absl::BytesToHexString({bytes.data(), bytes.size()});
}

// Takes as long wherever they differ.
bool SameToken(const std::string& given, const std::string& token) {
  unsigned different = given.size() != token.size();
  for (size_t i = 0; i < token.size(); ++i) {
    different |= static_cast<unsigned>((i < given.size() ? given[i] : 0) ^ token[i]);
  }
  return different == 0;
}

// Of this machine whatever the port, which differs through a tunnel. A site that lets its own name
// point to 127.0.0.1 is known by that name.
bool IsLocalHost(const std::string& host) {
  const std::string name = host.substr(0, host.rfind(':'));
  return name == kHost || name == "localhost";
}

int HttpStatus(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    default:
      return 500;
  }
}

void Refuse(Response& response, int status, const std::string& message) {
  response.status = status;
  response.set_content(Dump({{"error", message}}), "application/json");
}

class Server final : public AnnotationServer {
 public:
  Server(const std::vector<AnnotationBlock>& blocks, AnnotationDesk* desk,
         const AnnotationServerOptions& options, std::string token)
      : blocks_(blocks),
        desk_(*desk),
        task_(options.task),
        token_(std::move(token)),
        thumbnails_(options.read_image, options.max_thumbnail_bytes, options.threads) {
    for (const AnnotationBlock& block : blocks) {
      for (const BlockImage& image : block.images) paths_[image.row.id] = image.row.path;
    }
  }
  ~Server() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(int port) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_keep_alive_timeout(2);
    server_.set_read_timeout(5);
    server_.set_payload_max_length(kMaxBodyBytes);
    server_.set_tcp_nodelay(true);
    // Not SO_REUSEPORT, the library's default: it would share the port with another stage.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    Route();
    port_ = port == 0 ? server_.bind_to_any_port(kHost) : port;
    if (port_ <= 0 || (port != 0 && !server_.bind_to_port(kHost, port))) {
      return absl::UnavailableError(absl::StrCat(
          "cannot listen on ", kHost, ":", port,
          port == 0 ? ""
                    : "; another program has the port: name another one, or 0 for a free one"));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  const std::string& token() const override { return token_; }
  std::string url() const override {
    return absl::StrCat("http://", kHost, ":", port_, "/?token=", token_);
  }

 private:
  using Answer = absl::StatusOr<Json>;

  void Route() {
    server_.set_default_headers(
        {{"Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
          "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
         {"X-Content-Type-Options", "nosniff"},
         {"X-Frame-Options", "DENY"},
         {"Referrer-Policy", "no-referrer"},
         {"Cross-Origin-Opener-Policy", "same-origin"},
         {"Cross-Origin-Resource-Policy", "same-origin"}});
    server_.set_pre_routing_handler([this](const Request& request, Response& response) {
      const std::string problem = Problem(request);
      if (problem.empty()) return httplib::Server::HandlerResponse::Unhandled;
      Refuse(response, 403, problem);
      response.set_header("Cache-Control", "no-store");
      return httplib::Server::HandlerResponse::Handled;
    });
    server_.set_exception_handler([](const Request&, Response& response, std::exception_ptr) {
      Refuse(response, 500, "the server failed");
    });
    Page("/",
         absl::StrReplaceAll(kAnnotationHtml,
                             {{"@TOKEN@", token_},
                              {"@TASK@", task_.OfPeople() ? "people" : "blocks"},
                              {"@LIMIT@", absl::StrCat(100 * task_.min_purity, " %")}}),
         "text/html");
    Page("/page.css", kAnnotationCss, "text/css");
    Page("/page.js", kAnnotationJs, "text/javascript");
    Page("/sheets.js", kAnnotationSheetsJs, "text/javascript");
    Page("/icon.svg", kAnnotationIcon, "image/svg+xml");
    server_.Get(R"(/image/(\d{1,18}))", [this](const Request& request, Response& response) {
      SendImage(std::stoll(request.matches[1]), request.get_param_value("size"), response);
    });
    server_.Post(R"(/api/([a-z]{1,16}))", [this](const Request& request, Response& response) {
      const Answer answer = Call(request.matches[1], request.body);
      if (!answer.ok()) {
        return Refuse(response, HttpStatus(answer.status()),
                      std::string(answer.status().message()));
      }
      response.set_header("Cache-Control", "no-store");
      response.set_content(Dump(*answer), "application/json");
    });
  }

  void Page(const std::string& path, const std::string& content, const std::string& type) {
    server_.Get(path, [content, type](const Request&, Response& response) {
      response.set_header("Cache-Control", "no-store");
      response.set_content(content, type + "; charset=utf-8");
    });
  }

  // Why the request is refused; empty: it is one of the page's own.
  std::string Problem(const Request& request) const {
    if (request.method != "GET" && request.method != "POST") return "only GET and POST";
    const std::string host = request.get_header_value("Host");
    if (request.get_header_value_count("Host") != 1 || !IsLocalHost(host)) {
      return "this is 127.0.0.1, not another host";
    }
    const std::string origin = request.get_header_value("Origin");
    const std::string site = request.get_header_value("Sec-Fetch-Site");
    if ((request.has_header("Origin") && origin != "http://" + host) ||
        (!site.empty() && site != "same-origin" && site != "none")) {
      return "the request comes from another site";
    }
    const bool changes = request.method == "POST";
    if (changes &&
        !absl::StartsWith(request.get_header_value("Content-Type"), "application/json")) {
      return "the content must be application/json";
    }
    const std::string given =
        changes ? request.get_header_value("X-Facet-Token") : request.get_param_value("token");
    return SameToken(given, token_) ? "" : "the token is missing or wrong: open the whole address";
  }

  void SendImage(int64_t id, const std::string& size, Response& response) {
    const auto path = paths_.find(id);
    if (path == paths_.end()) return Refuse(response, 404, "no such image");
    const auto jpeg = thumbnails_.Get(path->second, size == "full" ? kFullPx : kThumbPx);
    if (!jpeg.ok()) return Refuse(response, 404, std::string(jpeg.status().message()));
    response.set_header("Cache-Control", "private, max-age=86400");
    response.set_content(**jpeg, "image/jpeg");
  }

  Answer Call(const std::string& name, const std::string& body) {
    FACET_ASSIGN_OR_RETURN(const Json in, ParseJson(body, "the request"));
    try {
      FACET_ASSIGN_OR_RETURN(const std::string annotator,
                             AnnotationDesk::CheckName(in.at("annotator").get<std::string>()));
      FACET_ASSIGN_OR_RETURN(Json out, Dispatch(name, annotator, in));
      out["annotator"] = annotator;
      out["progress"] = ProgressJson(annotator);
      return out;
    } catch (const Json::exception& exception) {
      return absl::InvalidArgumentError(exception.what());
    }
  }

  Answer Dispatch(const std::string& name, const std::string& annotator, const Json& in) {
    const auto block = [&] { return in.at("block").get<int64_t>(); };
    const auto show = [&](const absl::StatusOr<int64_t>& number) -> Answer {
      FACET_RETURN_IF_ERROR(number.status());
      if (*number < 0) return Json{{"view", nullptr}};
      return Show(annotator, *number);
    };
    const auto done = [](const absl::Status& status) -> Answer {
      FACET_RETURN_IF_ERROR(status);
      return Json::object();
    };
    if (name == "join") return Join(annotator);
    if (name == "open") return show(block());
    if (name == "next") return show(desk_.Next(annotator, in.at("after").get<int64_t>()));
    if (name == "undo") return show(desk_.Undo(annotator));
    if (name == "touch") return done(desk_.Touch(annotator, block()));
    if (name == "leave") return done(desk_.Leave(annotator));
    if (name == "progress") return Json::object();
    if (name == "finish") return done(desk_.Finish(annotator));
    if (name == "judge") {
      return done(desk_.Judge(annotator, block(), in.at("accept").get<bool>()));
    }
    if (name == "mark") {
      FACET_ASSIGN_OR_RETURN(const std::vector<std::string> images,
                             PathsOf(block(), in.at("images").get<std::vector<int64_t>>()));
      return done(desk_.Mark(annotator, block(), images, in.at("marked").get<bool>()));
    }
    return absl::NotFoundError(absl::StrCat("no call \"", name, "\""));
  }

  Answer Join(const std::string& annotator) {
    FACET_ASSIGN_OR_RETURN(const int64_t block, desk_.Join(annotator));
    Json blocks = Json::array();
    for (const AnnotationBlock& each : blocks_) {
      blocks.push_back({{"name", each.name}, {"rank", each.rank}});
    }
    return Json{{"block", block},
                {"blocks", std::move(blocks)},
                {"min_purity", task_.min_purity},
                {"sheet_size", task_.sheet_size}};
  }

  Answer Show(const std::string& annotator, int64_t number) {
    FACET_ASSIGN_OR_RETURN(const AnnotationDesk::View view, desk_.Show(annotator, number));
    const AnnotationBlock& block = blocks_[static_cast<size_t>(number)];
    Json images = Json::array();
    for (const BlockImage& image : block.images) {
      Json json = {{"id", image.row.id},
                   {"path", image.row.path},
                   {"marked", view.marked.count(image.row.path) > 0}};
      if (image.score.has_value()) json["score"] = *image.score;
      images.push_back(std::move(json));
    }
    Json others = Json::array();
    for (const auto& [name, accepts] : view.others) {
      others.push_back({{"annotator", name}, {"accepts", accepts}});
    }
    Json json = {{"block", number},         {"name", block.name},
                 {"rank", block.rank},      {"num_of_person", block.num_of_person},
                 {"images", images},        {"others", others},
                 {"held_by", view.held_by}, {"verdict", nullptr}};
    if (view.verdict.has_value()) json["verdict"] = *view.verdict;
    return Json{{"view", std::move(json)}};
  }

  Json ProgressJson(const std::string& annotator) const {
    const AnnotationDesk::Progress progress = desk_.ProgressOf(annotator);
    return {{"blocks", progress.blocks},         {"judged", progress.num_judged},
            {"seconds", progress.seconds},       {"all_seconds", progress.all_seconds},
            {"present", progress.present},       {"may_undo", progress.may_undo},
            {"may_finish", progress.may_finish}, {"finished", progress.finished}};
  }

  absl::StatusOr<std::vector<std::string>> PathsOf(int64_t number,
                                                   const std::vector<int64_t>& ids) const {
    if (number < 0 || number >= static_cast<int64_t>(blocks_.size())) {
      return absl::InvalidArgumentError(absl::StrCat("no block ", number));
    }
    if (ids.empty()) return absl::InvalidArgumentError("no images to mark");
    const std::vector<BlockImage>& images = blocks_[static_cast<size_t>(number)].images;
    std::vector<std::string> paths;
    for (const int64_t id : ids) {
      const auto found = std::find_if(images.begin(), images.end(),
                                      [&](const BlockImage& image) { return image.row.id == id; });
      if (found == images.end()) {
        return absl::InvalidArgumentError(absl::StrCat("image ", id, " is not in block ", number));
      }
      paths.push_back(found->row.path);
    }
    return paths;
  }

  const std::vector<AnnotationBlock>& blocks_;
  AnnotationDesk& desk_;
  const JudgingTask task_;
  const std::string token_;
  Thumbnails thumbnails_;
  std::unordered_map<int64_t, std::string> paths_;  // by the manifest's id
  int port_ = 0;
  httplib::Server server_;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AnnotationServer>> AnnotationServer::Start(
    const std::vector<AnnotationBlock>& blocks, AnnotationDesk* desk,
    const AnnotationServerOptions& options) {
  FACET_ASSIGN_OR_RETURN(std::string token, RandomToken());
  auto server = std::make_unique<Server>(blocks, desk, options, std::move(token));
  FACET_RETURN_IF_ERROR(server->Listen(options.port));
  return std::unique_ptr<AnnotationServer>(std::move(server));
}

}  // namespace facet
