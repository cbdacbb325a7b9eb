# make          builds build/litesmith
# make demo     installs what is needed, builds, converts the demo model, and finds its objects on a picture
# make test     installs what is needed, builds and runs the tests (minutes)
# make test-all the tests under sanitizers, and the judges where the corpora are (long)
# make fuzz     every fuzz target for a minute (SECONDS=n for more or less); wants clang
# make bench    timings, beside the official runtime where that is installed
BUILD ?= build
JOBS ?= $(shell nproc)

.PHONY: all setup demo test test-all bench format lint fuzz clean
.NOTPARALLEL:

all: $(BUILD)/litesmith

setup:
	@tools/setup

$(BUILD)/build.ninja: CMakeLists.txt
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release > $(BUILD).configure.log 2>&1 \
	  || { cat $(BUILD).configure.log; rm -f $(BUILD)/build.ninja; echo 'Is something missing? Try `make setup`.'; exit 1; }
	@rm -f $(BUILD).configure.log

.PHONY: $(BUILD)/litesmith
$(BUILD)/litesmith: $(BUILD)/build.ninja
	@cmake --build $(BUILD) --target litesmith -j $(JOBS)

demo: setup
	@BUILD=$(BUILD) JOBS=$(JOBS) tools/demo

test: setup
	@cmake -S . -B $(BUILD)-test -G Ninja -DCMAKE_BUILD_TYPE=Release -DLITESMITH_DEVELOPER=ON > /dev/null
	@cmake --build $(BUILD)-test -j $(JOBS)
	@ctest --test-dir $(BUILD)-test --output-on-failure -j $(JOBS)

test-all: test
	@tools/test-all

bench: all
	@BUILD=$(BUILD) tools/bench

format:
	@git ls-files '*.cc' '*.h' | xargs clang-format -i

lint:
	@tools/lint

fuzz:
	@tools/fuzz $(SECONDS)

clean:
	rm -rf build build-*
