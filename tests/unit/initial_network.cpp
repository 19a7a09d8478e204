// A network to start from: read from the results of a run or from a file of another program, and what a training makes
// of it.
#include "run/initial_network.hpp"
#include "network/forward.hpp"
#include "run/model_group.hpp"
#include "run/results_file.hpp"
#include "run/training_setup.hpp"
#include "small_run.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

BOOST_AUTO_TEST_SUITE(initial_network)

using namespace isinglass;
using namespace isinglass::testing;
namespace fs = std::filesystem;

namespace {

/// What another program would write: no more than is asked for.
struct PlainModel {
  std::vector<std::int32_t> center;
  NetworkValues values;
  std::vector<Layer> layers;
  std::optional<std::vector<std::string>> class_names;

  void write(const fs::path& path) const {
    const std::string image = h5::file_image(path.string(), [&](const h5::Group& root) {
      const h5::Group model = root.create_group("model");
      h5::write<std::int32_t>(model, "center", center);
      if (class_names) h5::write_texts(model, "class_names", *class_names);
      for (std::size_t l = 0; l < layers.size(); ++l) {
        const h5::Group group = model.create_group(name_of_layer(l));
        const auto units = static_cast<hsize_t>(layers[l].units), inputs = static_cast<hsize_t>(layers[l].inputs);
        h5::write<std::int16_t>(group, "weights", values[l].weights, {units, inputs});
        h5::write<std::int32_t>(group, "biases", values[l].biases);
      }
    });
    overwrite(path, image);
  }
};

struct Started : SmallRun {
  fs::path file = base / "start.h5";
  TrainingSetup setup = load_setup(config, Communicator(), Communicator());
  NetworkBits network = random_bits(setup.architecture, 5);

  [[nodiscard]] PlainModel plain() const {
    return {setup.data.center, decode(setup.architecture, network), setup.architecture.layers, std::nullopt};
  }
  [[nodiscard]] std::string complaint() const {
    try {
      static_cast<void>(read_initial_network(file, setup));
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  void expect_complaint(const PlainModel& model, const std::string& part) const {
    model.write(file);
    const std::string text = complaint();
    BOOST_TEST(text.starts_with(file.string()), text);
    BOOST_TEST(text.find(part) != std::string::npos, text);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_network_of_a_run_is_read_bit_by_bit, Started) {
  static_cast<void>(run());
  BOOST_TEST((read_initial_network(folder.directory, setup) == read_model(folder.results()).bits));
  BOOST_TEST((read_initial_network(folder.results(), setup) == read_model(folder.results()).bits));
}

BOOST_FIXTURE_TEST_CASE(another_program_needs_no_more_than_weights_biases_and_center, Started) {
  plain().write(file);
  BOOST_TEST((read_initial_network(file, setup) == network));
}

/// With inputs counted from another center the same network is one with other first biases: all outputs agree.
BOOST_FIXTURE_TEST_CASE(another_center_is_taken_up_by_the_first_biases, Started) {
  PlainModel model = plain();
  Layer& first = setup.architecture.layers.front();
  const auto inputs = static_cast<std::size_t>(first.inputs);
  first.bias_unit = 1;  // so that rounding has nothing to do
  model.layers = setup.architecture.layers;
  model.values = decode(setup.architecture, network);
  const std::vector<int> moves{2, -1, 0, 3, -2, 1};
  for (std::size_t i = 0; i < inputs; ++i) model.center[i] += moves[i % moves.size()];
  model.write(file);
  const NetworkBits found = read_initial_network(file, setup);
  const NetworkValues moved = decode(setup.architecture, found);
  for (std::size_t s = 0; s < setup.data.train.size(); ++s) {
    const auto row = setup.data.train.row(s);
    std::vector<std::int8_t> theirs(row.begin(), row.end());
    for (std::size_t i = 0; i < inputs; ++i) theirs[i] = static_cast<std::int8_t>(theirs[i] - moves[i % moves.size()]);
    for (int unit = 0; unit < first.units; ++unit) {
      const auto at = static_cast<std::size_t>(unit);
      int ours = moved[0].biases[at], expected = model.values[0].biases[at];
      for (std::size_t i = 0; i < inputs; ++i) {
        ours += moved[0].weights[at * inputs + i] * row[i];
        expected += model.values[0].weights[at * inputs + i] * theirs[i];
      }
      // Biases are odd codebook values: a sum of the other parity lies between two of them.
      BOOST_TEST(std::abs(ours - expected) <= 1);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_named_with_its_place, Started) {
  PlainModel model = plain();
  model.values[0].weights[10] = 3;
  expect_complaint(model, ": /model/layer_0/weights: 3 of unit 1, input 4 is no value of 1bit");
  model = plain();
  model.layers[0].units = 1;
  model.values[0].weights.resize(6);
  model.values[0].biases.resize(1);
  expect_complaint(model, ": /model/layer_0/weights: [1, 6] values, but the run's network has [2, 6]");
  model = plain();
  model.center.pop_back();
  expect_complaint(model, ": /model/center: [5] values");
  model = plain();
  model.layers.pop_back();
  expect_complaint(model, ": /model: has not 2 layers");
  model = plain();
  model.layers.push_back(model.layers.back());
  model.values.push_back(model.values.back());
  expect_complaint(model, ": /model: has not 2 layers");
  model = plain();
  model.class_names = {"0", "2"};
  expect_complaint(model, ": /model/class_names: classes [0, 2], but those of the run are [0, 1]");
  overwrite(file, "no HDF5 at all");
  BOOST_TEST(complaint().find("not a file with a network") != std::string::npos);
  fs::remove(file);
  BOOST_TEST(complaint().find("no such file; initial is random, qat") != std::string::npos);
}

/// Without a sweep that is better the answer is the network that the run began with.
BOOST_FIXTURE_TEST_CASE(no_method_ends_with_a_worse_network, Started) {
  config.anneal.sweeps = 60;
  const RunResults first = run().results;
  const std::string start = folder.results().string();
  config.initial = start;
  config.anneal.polish_sweeps = 2;
  config.anneal.polish_hot_temperature = 100;  // forgets everything
  config.anneal.cold_temperature = 100;
  config.qcgd.iterations = 1;
  config.machine.whole.sweeps = 1;
  config.qcgd.descent_sweeps = 0;
  config.qat.epochs = 1;
  config.qat.learning_rate = 1;
  for (const Method method : {Method::anneal, Method::qcgd, Method::qat}) {
    config.method = method;
    folder.directory = base / std::string(name_of(method));
    config.output.directory = folder.directory.string();
    const RunResults again = run().results;
    if (method == Method::qat)
      BOOST_TEST(again.validation_accuracy >= first.validation_accuracy);
    else
      BOOST_TEST(again.objective <= first.objective);
  }
}

BOOST_FIXTURE_TEST_CASE(a_run_that_goes_on_does_not_need_the_file, Started) {
  static_cast<void>(run());
  fs::copy(folder.results(), file);
  config.initial = file.string();
  config.anneal.polish_sweeps = 3;
  folder.directory = base / "second";
  config.output.directory = folder.directory.string();
  const RunResults whole = run().results;
  fs::remove(folder.results());
  fs::remove(folder.checkpoints().front());
  fs::remove(file);
  BOOST_TEST(run().results.objective == whole.objective);
  fs::remove_all(folder.directory);
  const AgreedError error = failure();
  BOOST_TEST((error.code() == ExitCode::bad_input));
  BOOST_TEST(!fs::exists(folder.directory));
}

BOOST_AUTO_TEST_SUITE_END()
