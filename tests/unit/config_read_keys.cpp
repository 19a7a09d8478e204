#include "base/error.hpp"
#include "config/reader.hpp"
#include "config/writer.hpp"
#include "namespaces.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(config_read_keys)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

const std::vector<ConfigUse> uses{ConfigUse::training, ConfigUse::bounds, ConfigUse::solving};

/// The complaint about a file of these lines behind the schema, with these options; empty if there is none.
std::string complaint(const std::string& lines, const std::vector<std::string>& options = {},
                      ConfigUse use = ConfigUse::training) {
  try {
    static_cast<void>(parse_config("schema: 1\n" + lines, "run.yaml", options, use));
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

bool starts_with(const std::string& text, const std::string& start) { return text.starts_with(start); }

/// All configurations that differ in what decides which keys are read.
std::vector<Config> all_choices() {
  std::vector<Config> configs;
  for (const Method method : all_values<Method>())
    for (const MachineKind kind : all_values<MachineKind>())
      for (const Blocks blocks : all_values<Blocks>())
        for (const bool polish : {false, true})
          for (const LayerKind layer : all_values<LayerKind>())
            for (const char* initial : {"random", "qat", "start.h5"}) {
              if (initial != std::string("random") && (layer == LayerKind::filters || method == Method::qat)) continue;
              configs.emplace_back();
              configs.back().method = method;
              configs.back().machine.kind = kind;
              configs.back().machine.subproblems.blocks = blocks;
              configs.back().qcgd.polish = polish;
              configs.back().network.hidden[0].kind = layer;
              configs.back().initial = initial;
            }
  return configs;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_condition_is_of_a_key_that_exists) {
  const auto keys = flatten(Config{});
  for (const Config& config : all_choices())
    for (const ConfigUse use : uses)
      for (const KeyUse& entry : key_uses(config, use)) {
        const auto is_within = [&](const auto& key) {
          return key.first == entry.key || key.first.starts_with(entry.key + ".");
        };
        BOOST_TEST(std::ranges::any_of(keys, is_within), entry.key);
        BOOST_TEST(!entry.why_not.empty());
      }
}

/// No key is without a reader: one of the choices reads it.
BOOST_AUTO_TEST_CASE(every_key_is_read_by_some_run) {
  for (const auto& [key, value] : flatten(Config{})) {
    if (key == "machine.dsb.sample_interval") continue;  // shares its structure with bsb
    const bool is_read = std::ranges::any_of(all_choices(), [&, &key = key](Config config) {
      config.network.output.loss = OutputLoss::logistic;
      config.machine.hardware.spin_budget = 10;
      config.qat.filters = FilterUse::trained;
      return find_unread(key_uses(config, ConfigUse::training), key) == nullptr;
    });
    BOOST_TEST(is_read, key);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_read_is_refused_with_its_place_and_the_key_that_is) {
  const auto refuses = [](const std::string& lines, const std::string& start, const std::string& instead) {
    const std::string text = complaint(lines);
    BOOST_TEST(starts_with(text, start), text);
    BOOST_TEST(text.find(instead) != std::string::npos, text);
  };
  refuses("machine: {sa: {sweeps: 9}}\n", "run.yaml:2:24: machine.sa.sweeps: is not read: ", "machine.whole");
  refuses("machine:\n  kind: bsb\n  bsb: {steps: 9}\n",
          "run.yaml:4:16: machine.bsb.steps: is not read: ", "machine.whole");
  refuses("machine: {subproblems: {blocks: neurons}, whole: {sweeps: 9}}\n",
          "run.yaml:2:59: machine.whole.sweeps: is not read: ", "machine.sa");
  refuses("machine: {kind: dsb, whole: {hot_temperature: 9}}\n",
          "run.yaml:2:47: machine.whole.hot_temperature: is not read: ", "machine.whole.strength");
  refuses("machine: {hardware: {spin_budget: 9}}\n",
          "run.yaml:2:35: machine.hardware.spin_budget: is not read: ", "machine.subproblems.blocks");
  refuses("machine: {subproblems: {reads: 9}}\n",
          "run.yaml:2:32: machine.subproblems.reads: is not read: ", "blocks is none");
  refuses("machine: {subproblems: {blocks: neurons}, tabu: {tenure: 9}}\n",
          "run.yaml:2:58: machine.tabu.tenure: is not read: ", "the machine is sa");
  refuses("network: {output: {loss_segments: 9}}\n",
          "run.yaml:2:35: network.output.loss_segments: is not read: ", "logistic");
}

BOOST_AUTO_TEST_CASE(one_file_serves_several_methods_and_options_are_of_the_one_that_is_chosen) {
  const std::string file =
      "qat: {epochs: 9}\nanneal: {sweeps: 9, polish_sweeps: 9}\nqcgd: {iterations: 9}\nmachine: {kind: bsb}\n";
  for (const char* method : {"qcgd", "anneal", "qat"})
    BOOST_TEST(complaint(file, {std::string("method=") + method}) == "");
  BOOST_TEST(starts_with(complaint(file, {"qat.epochs=3"}), "--set qat.epochs: is not read: method qcgd"));
  BOOST_TEST(complaint(file, {"method=qat", "qat.epochs=3"}) == "");
  BOOST_TEST(starts_with(complaint(file, {"anneal.polish_sweeps=3"}), "--set anneal.polish_sweeps: is not read: "));
  BOOST_TEST(complaint(file, {"qcgd.polish=true", "anneal.polish_sweeps=3"}) == "");
  BOOST_TEST(
      starts_with(complaint(file, {"qcgd.polish=true", "anneal.sweeps=3"}), "--set anneal.sweeps: is not read: "));
  BOOST_TEST(complaint(file, {"anneal.swap_neighbours=3"}) == "");  // of QCGD's descent
  BOOST_TEST(complaint(file, {"method=anneal", "qcgd.iterations=3"}, ConfigUse::bounds) == "");
}

/// Resolved copies list every key.
BOOST_AUTO_TEST_CASE(defaults_are_never_refused) {
  for (const Config& config : all_choices()) {
    if (config.machine.subproblems.blocks == Blocks::none && !takes_whole_problem(config.machine.kind)) continue;
    const std::string yaml = to_yaml(config);
    BOOST_TEST(complaint(yaml.substr(yaml.find('\n') + 1)) == "");
  }
  const std::string yaml = defaults_yaml();
  BOOST_TEST(complaint(yaml.substr(yaml.find("schema: 1")).substr(9)) == "");
}

BOOST_AUTO_TEST_CASE(solve_reads_the_settings_of_its_machine) {
  const auto solving = [](const std::string& kind, const std::string& option) {
    return complaint("machine: {kind: " + kind + "}\n", {option}, ConfigUse::solving);
  };
  BOOST_TEST(solving("tabu", "machine.tabu.tenure=3") == "");
  BOOST_TEST(solving("enumeration", "machine.hardware.coefficient_bits=3") == "");
  BOOST_TEST(solving("pt", "machine.groups.swaps=true") == "");
  BOOST_TEST(starts_with(solving("sa", "machine.whole.sweeps=3"), "--set machine.whole.sweeps: is not read: "));
  BOOST_TEST(
      starts_with(solving("sa", "machine.tabu.tenure=3"), "--set machine.tabu.tenure: is not read: the machine is sa"));
  BOOST_TEST(starts_with(solving("tabu", "machine.groups.swaps=true"), "--set machine.groups.swaps: is not read: "));
  BOOST_TEST(
      starts_with(solving("tabu", "machine.kind=sa"), "--set machine.kind: is not read: solve takes its machine from"));
}

BOOST_AUTO_TEST_CASE(keys_of_earlier_versions_are_named_and_stored_copies_still_read) {
  const std::string old = "machine: {sweeps: 9, hot_temperature: 0.7, sa: {sweeps: 8}}\n";
  BOOST_TEST(starts_with(complaint(old), "run.yaml:2:11: machine.sweeps: this key is called machine.whole.sweeps now"));
  const Config config = parse_config("schema: 1\n" + old, "results.h5", {}, ConfigUse::stored);
  BOOST_TEST(config.machine.whole.sweeps == 9);
  BOOST_TEST(config.machine.whole.hot_temperature == 0.7);
  BOOST_TEST(config.machine.sa.sweeps == 8);
}

BOOST_AUTO_TEST_CASE(a_layer_reads_the_keys_of_its_kind) {
  const std::string filters = "method: anneal\nnetwork: {hidden: [{kind: filters, units: 9";
  BOOST_TEST(complaint(filters + ", filters: {copies: 2, stages: 3}}]}\nreadout: {sweeps: 3}\n") == "");
  BOOST_TEST(complaint(filters + ", segments: 4}]}\n").find("which read network.hidden.0.filters") !=
             std::string::npos);
  BOOST_TEST(complaint("network: {hidden: [{units: 9, filters: {stages: 2}}]}\n").find("set network.hidden.0.kind") !=
             std::string::npos);
  BOOST_TEST(complaint(filters + "}]}\ndata: {pool: 4}\n").find("read images of 8 bits") != std::string::npos);
  BOOST_TEST(complaint(filters + "}]}\n", {"anneal.sweeps=9"}).find("section readout") != std::string::npos);
  BOOST_TEST(complaint("", {"readout.sweeps=9"}).find("filters alone") != std::string::npos);
  const std::string behind = ", filters: {copies: 1}}, {units: 3}]}\n";
  BOOST_TEST(complaint(filters + behind).find("trains on copies") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(filters_that_contradict_themselves_are_refused) {
  const auto of = [](const std::string& keys) {
    return complaint("method: anneal\nnetwork: {hidden: [{kind: filters, " + keys + "}]}\n");
  };
  BOOST_TEST(of("filters: {kinds: []}").find("at least one kind") != std::string::npos);
  BOOST_TEST(of("filters: {kinds: [{share: 0}]}").find("share is above 0") != std::string::npos);
  BOOST_TEST(of("filters: {literal_shares: [0, 0]}").find("share above 0") != std::string::npos);
  BOOST_TEST(of("filters: {literal_shares: []}").find("a list of numbers") != std::string::npos);
  BOOST_TEST(of("filters: {literal_shares: [1, 1, 1, 1, 1, 1, 1, 1, 1]}").find("at most 8") != std::string::npos);
  BOOST_TEST(of("units: 3}, {kind: filters").find("only the first") != std::string::npos);
  const auto with = [](const std::string& rest) {
    return complaint("method: anneal\nnetwork: {hidden: [{kind: filters}]" + rest);
  };
  BOOST_TEST(with(", output: {weights: 2bit}}\n").find("weights of 1bit") != std::string::npos);
  BOOST_TEST(with("}\nparallel: {replica_groups: 2}\n").find("one output layer") != std::string::npos);
  BOOST_TEST(with("}\nreadout: {hot_temperature: 1e-6}\n").find("both temperatures") != std::string::npos);
  BOOST_TEST(with("}\nreadout: {hot_temperature: 1e-7, cold_temperature: 1e-6}\n").find("cold_temperature") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_initial_network_is_polished_by_annealing) {
  BOOST_TEST(complaint("method: anneal\ninitial: qat\n", {"anneal.polish_sweeps=3", "qat.epochs=2"}) == "");
  BOOST_TEST(complaint("method: anneal\ninitial: qat\n", {"anneal.sweeps=3"}).find("anneal.polish_sweeps") !=
             std::string::npos);
  BOOST_TEST(complaint("method: anneal\ninitial: a.h5\n", {"qat.epochs=2"}).find("does not read") != std::string::npos);
  BOOST_TEST(complaint("method: qat\ninitial: qat\n").find("asks for already") != std::string::npos);
  BOOST_TEST(complaint("initial: ''\n").find("found nothing") != std::string::npos);
  const std::string filters = "network: {hidden: [{kind: filters}]}\ninitial: a.h5\n";
  BOOST_TEST(complaint("method: anneal\n" + filters).find("stage by stage") != std::string::npos);
  BOOST_TEST(complaint("method: qat\nqat: {filters: trained}\n" + filters).find("as they are drawn") !=
             std::string::npos);
  BOOST_TEST(complaint("method: qat\n" + filters) == "");
}

BOOST_AUTO_TEST_SUITE_END()
