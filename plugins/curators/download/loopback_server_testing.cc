#include "plugins/curators/download/loopback_server_testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/check.h"

namespace facet {

LoopbackServer::LoopbackServer(Handler handler, const std::string& address)
    : handler_(std::move(handler)), address_(address) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  FACET_CHECK(::inet_pton(AF_INET, address.c_str(), &name.sin_addr) == 1);
  FACET_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
  FACET_CHECK(::listen(listener_, 64) == 0);
  socklen_t length = sizeof name;
  FACET_CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&name), &length) == 0);
  port_ = ntohs(name.sin_port);
  accept_ = std::thread([this] { Accept(); });
}

LoopbackServer::~LoopbackServer() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  accept_.join();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

void LoopbackServer::Accept() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.push_back(socket);
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void LoopbackServer::Serve(int socket) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(socket, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    request.append(buffer, static_cast<size_t>(count));
  }
  if (!request.empty()) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      requests_.push_back(request);
    }
    handler_(request, [&](std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(count));
      }
      return !ending_;
    });
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  open_.erase(std::find(open_.begin(), open_.end(), socket));
  ::close(socket);
}

std::string LoopbackServer::Url(const std::string& path) const {
  return absl::StrCat("http://", address_, ":", port_, path);
}

std::vector<std::string> LoopbackServer::requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

int LoopbackServer::CountOf(const std::string& path) const {
  const std::vector<std::string> all = requests();
  return static_cast<int>(std::count_if(
      all.begin(), all.end(), [&](const std::string& request) { return PathOf(request) == path; }));
}

std::string PathOf(const std::string& request) {
  const std::vector<std::string> words = absl::StrSplit(request, ' ');
  return words.size() > 1 ? words[1] : "";
}

std::string HeaderOf(const std::string& request, const std::string& name) {
  for (const absl::string_view line : absl::StrSplit(request, "\r\n")) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (absl::AsciiStrToLower(parts.first) == name) return parts.second;
  }
  return "";
}

}  // namespace facet
