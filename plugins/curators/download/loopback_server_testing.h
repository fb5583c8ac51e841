// For tests: a server on loopback that answers byte by byte what a test wants, one request a
// connection, each connection in its thread.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_LOOPBACK_SERVER_TESTING_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_LOOPBACK_SERVER_TESTING_H_

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace facet {

class LoopbackServer {
 public:
  // Writes the answer; the connection is closed on return. False from `send`: the client has gone
  // or the server ends.
  using Send = std::function<bool(std::string_view)>;
  using Handler = std::function<void(const std::string& request, const Send& send)>;

  // `address` is of 127.0.0.0/8.
  explicit LoopbackServer(Handler handler, const std::string& address = "127.0.0.1");
  ~LoopbackServer();

  std::string Url(const std::string& path) const;  // "http://127.0.0.1:4711" + path
  // Request heads as they came, in the order of arrival.
  std::vector<std::string> requests() const;
  int CountOf(const std::string& path) const;

 private:
  void Accept();
  void Serve(int socket);

  const Handler handler_;
  const std::string address_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread accept_;
};

// The second word of a request head: "/a.jpg".
std::string PathOf(const std::string& request);
// Value of a header of a request head, by its name in lower case; empty: none.
std::string HeaderOf(const std::string& request, const std::string& name);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_LOOPBACK_SERVER_TESTING_H_
