#include "core/report/html_style.h"

#include "absl/strings/str_cat.h"
#include "core/report/plot.h"

namespace facet {
namespace {

constexpr char kLightStyle[] =
    "--bg:#fff;--soft:#f6f7f8;--fg:#1b1f24;--muted:#636b76;--line:#e3e6ea;--accent:#0b5c9e;"
    "--good:#176f43;--warn:#8a5a00;--bad:#b3261e;";
constexpr char kDarkStyle[] =
    "--bg:#14171b;--soft:#1c2026;--fg:#e6e8eb;--muted:#9aa3ae;--line:#2c323a;--accent:#6cb2ee;"
    "--good:#5ecb93;--warn:#e0b04c;--bad:#f2857d;";

constexpr char kRules[] = R"(
*{box-sizing:border-box}
body{margin:0 auto;max-width:1100px;padding:56px 28px 80px;background:var(--bg);color:var(--fg);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums}
header{margin-bottom:28px}
h1{font-size:27px;line-height:1.25;font-weight:650;letter-spacing:-.012em;margin:0 0 6px;
text-wrap:balance}
header p{margin:0;color:var(--muted)}
section{margin-top:52px}
main>section:first-child{margin-top:0}
h2{font-size:17px;font-weight:650;letter-spacing:-.005em;margin:0 0 14px}
h3{font-size:15px;font-weight:650;margin:0 0 4px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th.wide{padding-left:8px}
th{font-size:12.5px;font-weight:600;color:var(--muted);text-align:left;white-space:nowrap;
padding:6px 14px 7px 0;border-bottom:1.5px solid var(--fg);vertical-align:bottom}
td{padding:8px 14px 8px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
tbody tr:last-child td{border-bottom:1.5px solid var(--fg)}
td:last-child,th:last-child{padding-right:0}
.num{text-align:right;white-space:nowrap}
th.num,th.wrap{white-space:normal}
td.id{white-space:nowrap}
.wide{width:198px}
td.wide{padding-left:8px;padding-top:0;padding-bottom:0;vertical-align:middle}
td.wide svg{display:block}
.muted,td.muted{color:var(--muted)}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad);font-weight:600}
b{font-weight:620}
.note{color:var(--muted);font-size:13px;margin:6px 0 0}
table+.note,.scroll+.note{margin-top:12px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
font-size:12.5px}
pre{background:var(--soft);border-radius:6px;padding:12px 14px;overflow-x:auto;margin:10px 0 0;
line-height:1.45}
ul.changes{list-style:none;margin:0;padding:0}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:20px}
.plots svg{width:100%;max-width:560px;height:auto}
ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 22px;margin:14px 0 0;padding:0;
font-size:13px}
ul.legend svg{margin-right:8px;vertical-align:middle}
ul.notices{margin:0;padding-left:20px}
ul.notices li{margin:4px 0}
.failure,.skipped{border-left:3px solid var(--line);padding:2px 0 2px 16px;margin-top:26px}
.failure{border-color:var(--bad)}
.failure h3{color:var(--bad)}
.failure p,.skipped p{margin:0;overflow-wrap:anywhere;white-space:pre-line}
td.counts{font-size:13px;color:var(--muted)}
td.counts b{color:var(--fg);font-weight:500}
.bars{width:92px}
.chain th{white-space:normal}
.chain th,.chain td{padding-right:11px}
.chain th:last-child,.chain td:last-child{padding-right:0}
.chain+.note{margin-top:12px}
td.bars{padding-left:0;padding-top:0;padding-bottom:0;vertical-align:middle}
td svg.bar{display:inline-block;margin-left:8px;vertical-align:-1px}
td.bars svg.bar{margin-left:0}
.stage{margin-top:34px}
.stage .scroll,.stage .plots{margin:10px 0 16px}
.stage .note{margin:6px 0 12px}
.plots ul.legend svg{width:22px;height:8px}
.plots ul.legend{margin-top:4px;padding-left:24px}
h3 .muted{font-weight:400}
details.sheet{margin-top:6px}
details.sheet img{display:block;max-width:100%;height:auto;margin:4px 0 16px}
summary{cursor:pointer;color:var(--accent);margin-bottom:10px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 22px;margin:18px 0 0;font-size:13px}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
@media print{body{padding:0;max-width:none}section{break-inside:avoid}}
)";

}  // namespace

std::string HtmlStyle() {
  return absl::StrCat(":root{", kLightStyle, ColourVariables(false),
                      "}\n@media (prefers-color-scheme:dark){:root{", kDarkStyle,
                      ColourVariables(true), "}}", kRules);
}

}  // namespace facet
