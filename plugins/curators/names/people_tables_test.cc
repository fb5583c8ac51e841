// Forms of tables of people as their sources write them, and odd ones.
#include "plugins/curators/names/people_tables.h"

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/names/candidate_names.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string WriteTable(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(testing::TempDir(), "/people_", name);
  EXPECT_TRUE(WriteFileAtomically(path, text).ok());
  return path;
}

// "name sex rank" of each.
std::vector<std::string> People(const std::string& path, const PeopleColumns& columns = {},
                                const TitleVotes& votes = {}) {
  const auto people = ReadCandidates(path, columns, votes);
  EXPECT_TRUE(people.ok()) << people.status();
  std::vector<std::string> lines;
  if (!people.ok()) return lines;
  for (const Candidate& each : *people) {
    lines.push_back(absl::StrCat(each.name, " ", each.sex, " ", each.rank));
  }
  return lines;
}

std::string ErrorOf(const std::string& name, const std::string& text,
                    const PeopleColumns& columns = {}) {
  const auto people = ReadCandidates(WriteTable(name, text), columns);
  EXPECT_FALSE(people.ok());
  return std::string(people.status().message());
}

// https://www.w3.org/TR/sparql11-results-json/, as Wikidata's label service fills it: an item with
// two occupations has two rows, one without a label its number, and one without a sex no binding.
TEST(PeopleTables, SparqlResultsInJson) {
  const std::string path = WriteTable("wikidata.json", R"({
    "head": {"vars": ["person", "personLabel", "sex", "sitelinks"]},
    "results": {"bindings": [
      {"person": {"type": "uri", "value": "http://www.wikidata.org/entity/Q1"},
       "personLabel": {"type": "literal", "xml:lang": "en", "value": "Zoë Saldaña"},
       "sex": {"type": "uri", "value": "http://www.wikidata.org/entity/Q6581072"},
       "sitelinks": {"type": "literal", "value": "80",
                     "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
       "work": {"type": "literal", "value": "actor"}},
      {"person": {"type": "uri", "value": "http://www.wikidata.org/entity/Q1"},
       "personLabel": {"type": "literal", "value": "Zoë Saldaña"},
       "sitelinks": {"type": "literal", "value": "80"},
       "work": {"type": "literal", "value": "dancer"}},
      {"person": {"type": "uri", "value": "http://www.wikidata.org/entity/Q2"},
       "personLabel": {"type": "literal", "value": "Q2"}},
      {"person": {"type": "uri", "value": "http://www.wikidata.org/entity/Q3"},
       "personLabel": {"type": "literal", "value": "Abe Poe"},
       "sex": {"type": "uri", "value": "http://www.wikidata.org/entity/Q6581097"},
       "sitelinks": {"type": "typed-literal", "value": "91"}},
      {"person": {"type": "uri", "value": "http://www.wikidata.org/entity/Q4"},
       "personLabel": {"type": "literal", "value": "Kim Orr"},
       "sex": {"type": "uri", "value": "http://www.wikidata.org/entity/Q48270"}}]}})");
  EXPECT_THAT(People(path), ElementsAre("Zoë Saldaña female 1", "Abe Poe male 0", "Kim Orr  2"));
}

// https://www.w3.org/TR/sparql11-results-csv-tsv/: CSV has bare values, TSV terms as Turtle has
// them.
TEST(PeopleTables, SparqlResultsInCsvAndTsv) {
  const std::string csv =
      WriteTable("dbpedia.csv",
                 "person,name,gender\r\nhttp://dbpedia.org/resource/A,\"Buckley, A.J.\",male\r\n"
                 "http://dbpedia.org/resource/B,Bea Ray,female\r\n");
  EXPECT_THAT(People(csv), ElementsAre("Buckley, A.J. male 0", "Bea Ray female 1"));
  const std::string tsv = WriteTable(
      "dbpedia.tsv",
      "?person\t?name\t?gender\t?popularity\n"
      "<http://dbpedia.org/resource/A>\t\"\\\"Weird Al\\\" Yankovic\"@en\t\"male\"@en\t7\n"
      "<http://dbpedia.org/resource/B>\t\"Bea "
      "Ray\"\t\t\"9\"^^<http://www.w3.org/2001/XMLSchema#int>\n");
  EXPECT_THAT(People(tsv), ElementsAre("\"Weird Al\" Yankovic male 1", "Bea Ray  0"));
}

// developers.google.com/knowledge-graph/reference/rest/v1
TEST(PeopleTables, KnowledgeGraphAnswers) {
  const std::string path = WriteTable("graph.json", R"({"@type": "ItemList", "itemListElement": [
      {"@type": "EntitySearchResult", "resultScore": 120.5,
       "result": {"@id": "kg:/m/01", "name": "Ann Lee", "@type": ["Thing", "Person"],
                  "description": "Actress"}},
      {"resultScore": 900, "result": {"@id": "kg:/m/02", "name": "Ann Lee: The Film",
                                      "@type": ["Movie", "Thing"]}},
      {"resultScore": 300, "result": {"@id": "kg:/m/03", "name": "Cid Poe", "@type": ["Person"]}}]})");
  EXPECT_THAT(People(path), ElementsAre("Ann Lee  1", "Cid Poe  0"));
  const auto people = ReadCandidates(path).value();
  EXPECT_THAT(people[0].attributes, testing::Contains(Pair("description", "Actress")));
}

// IMDb's non-commercial data sets: tabs, "\N" for nothing, quotes that mean nothing.
TEST(PeopleTables, ImdbNames) {
  const std::string names =
      WriteTable("name.basics.tsv",
                 "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles\n"
                 "nm1\t\"Weird Al\" Yankovic\t1959\t\\N\tsoundtrack,actor\ttt1,tt2\n"
                 "nm2\tBea Ray\t1971\t\\N\tactress,producer\ttt2,tt3\n"
                 "nm3\tCid Poe\t\\N\t\\N\tdirector\t\\N\n");
  EXPECT_THAT(People(names),
              ElementsAre("\"Weird Al\" Yankovic male 0", "Bea Ray female 1", "Cid Poe  2"));
  const std::string ratings =
      WriteTable("title.ratings.tsv",
                 "tconst\taverageRating\tnumVotes\ntt1\t5.1\t10\ntt2\t7.0\t100\ntt3\t8.8\t5000\n");
  const auto votes = ReadTitleVotes(ratings);
  ASSERT_TRUE(votes.ok()) << votes.status();
  // 110 votes, 5,100 votes, none.
  EXPECT_THAT(People(names, {}, *votes),
              ElementsAre("\"Weird Al\" Yankovic male 1", "Bea Ray female 0", "Cid Poe  2"));
  EXPECT_THAT(ReadCandidates(names)->at(0).attributes,
              testing::Contains(Pair("birthYear", "1959")));
}

TEST(PeopleTables, OtherColumnsByTheirNames) {
  PeopleColumns columns;
  columns.name = {"celebrity"};
  columns.sex = {"m/f"};
  columns.popularity = {"followers"};
  const std::string path =
      WriteTable("other.csv", "celebrity;m/f;followers\nAnn;f;10\nBob;m;30\nCid;m;\n");
  EXPECT_THAT(People(path, columns), ElementsAre("Ann female 1", "Bob male 0", "Cid male 2"));
}

TEST(PeopleTables, OddFilesAreNamedByLine) {
  EXPECT_THAT(ErrorOf("page.csv", "\n<!DOCTYPE html>\n<html><body>Too many requests</body></html>"),
              HasSubstr("people_page.csv:1: a page of HTML"));
  EXPECT_THAT(ErrorOf("page.json", "<html>"), HasSubstr("page.json:1: a page of HTML"));
  EXPECT_THAT(ErrorOf("page.tsv", "<?xml version=\"1.0\"?><sparql/>"), HasSubstr("HTML or XML"));
  EXPECT_THAT(ErrorOf("latin1.csv", "name\nAnn\nZo\xeb\n"),
              HasSubstr("people_latin1.csv:3: not UTF-8: \"Zo\\xeb\""));
  EXPECT_THAT(ErrorOf("nameless.csv", "who,sex\nAnn,f\n"),
              HasSubstr("it has: who, sex; name the one with names (name_columns)"));
  EXPECT_THAT(ErrorOf("score.csv", "name,popularity\nAnn,3\nBob,many\n"),
              HasSubstr("people_score.csv:3: popularity is a number, here \"many\""));
  EXPECT_THAT(ErrorOf("rank.csv", "name,rank\nAnn,first\n"),
              HasSubstr("people_rank.csv:2: rank is a whole number from 0, here \"first\""));
  EXPECT_THAT(ErrorOf("short.tsv", "?name\t?sex\n\"Ann\"\n"),
              HasSubstr("people_short.tsv:2: 1 fields; the header has 2 columns"));
  EXPECT_THAT(ErrorOf("term.tsv", "?name\n\"Ann\n"), HasSubstr("people_term.tsv:2: no term"));
  EXPECT_THAT(ErrorOf("imdb.tsv", "nconst\tprimaryName\nnm1\tAnn\nnm2\n"),
              HasSubstr("people_imdb.tsv:3: 1 fields"));
  EXPECT_THAT(ErrorOf("bindings.json", R"({"head": {}, "results": {}})"),
              HasSubstr("not of the form of SPARQL 1.1"));
  EXPECT_THAT(
      ErrorOf("binding.json",
              R"({"head": {"vars": ["name"]}, "results": {"bindings": [{"name": "Ann"}]}})"),
      HasSubstr("binding 1: not of the form"));
  EXPECT_THAT(
      ErrorOf("unbound.json", R"({"head": {"vars": ["name"]}, "results": {"bindings": [{}, {}]}})"),
      HasSubstr("none of 2 rows has a name"));
  EXPECT_THAT(ErrorOf("element.json", R"({"itemListElement": [{"result": "Ann"}]})"),
              HasSubstr("element 1: not of the form"));
  EXPECT_THAT(ErrorOf("object.json", "{\"people\": []}"), HasSubstr("expected a list of names"));
}

TEST(PeopleTables, OddRatingsAreNamedByLine) {
  const auto error = [](const std::string& text) {
    return std::string(ReadTitleVotes(WriteTable("ratings.tsv", text)).status().message());
  };
  EXPECT_THAT(error("tconst\tnumVotes\n"), HasSubstr("ratings.tsv:1: expected the columns"));
  EXPECT_THAT(error("tconst\taverageRating\tnumVotes\ntt1\t5.0\t\\N\n"),
              HasSubstr("ratings.tsv:2: expected a title"));
  EXPECT_THAT(error("<html>"), HasSubstr("ratings.tsv:1: a page of HTML"));
}

}  // namespace
}  // namespace facet
