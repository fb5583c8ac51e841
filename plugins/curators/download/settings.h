// The downloader's options as a component has them.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_SETTINGS_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_SETTINGS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "core/api/options.h"
#include "plugins/curators/download/downloader.h"

namespace facet {

struct DownloadSettings {
  int64_t connections = 32, connections_per_host = 2, max_bytes = 32 << 20, attempts = 2;
  int64_t redirects = 5;
  double host_delay_s = 0.25, timeout_s = 30, connect_timeout_s = 10, retry_delay_s = 2;
  bool private_addresses = false, cookies = false;
  std::string proxy, user_agent = "facet", referer = "none";

  void Visit(OptionVisitor& v) {
    v("connections", connections, Range(1, 1000), "downloads at once");
    v("connections_per_host", connections_per_host, Range(1, 1000), "of one host at once");
    v("host_delay_s", host_delay_s, AtLeast(0), "between two starts at one host [s]");
    v("timeout_s", timeout_s, AboveUpTo(0, 86400), "of one attempt [s]");
    v("connect_timeout_s", connect_timeout_s, Above(0), "of its connection [s]");
    v("max_bytes", max_bytes, AtLeast(1), "larger files are refused");
    v("attempts", attempts, Range(1, 100), "at what may pass");
    v("retry_delay_s", retry_delay_s, Range(0, 60), "before the second, then twice it [s]");
    v("redirects", redirects, Range(0, 50), "followed one after another, to http and https alone");
    v("referer", referer, OneOf({"none", "page"}),
      "what hosts are told: the result's page or none");
    v("cookies", cookies, Any(), "hosts get back the cookies that they set, while the stage runs");
    v("private_addresses", private_addresses, Any(), "allow private networks");
    v("proxy", proxy, Any(), "http://host:port; empty: none");
    v("user_agent", user_agent, Any(), "how servers are told who asks");
  }

  DownloadOptions Options() const {
    DownloadOptions options;
    options.max_connections = connections;
    options.max_connections_per_host = connections_per_host;
    options.host_delay = absl::Seconds(host_delay_s);
    options.timeout = absl::Seconds(timeout_s);
    options.connect_timeout = absl::Seconds(connect_timeout_s);
    options.max_bytes = max_bytes;
    options.max_attempts = attempts;
    options.retry_delay = absl::Seconds(retry_delay_s);
    options.max_redirects = redirects;
    options.send_page = referer == "page";
    options.cookies = cookies;
    options.private_addresses = private_addresses;
    options.proxy = proxy;
    options.user_agent = user_agent;
    return options;
  }
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_SETTINGS_H_
