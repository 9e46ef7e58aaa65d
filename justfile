# What is done with this repository, by name.

# List the recipes
default:
    @just --list

# Format everything
fmt:
    cargo fmt

# Lint as CI does
lint:
    cargo clippy --all-targets -- -D warnings

# Run all tests
test:
    cargo test

# Accept changed snapshots and golden files, after reading the difference
bless:
    INSTA_UPDATE=always cargo test
    cargo run -- snap --include specs --accept

# Run the example experiment on the embedded model
gamblers:
    cargo run -- run specs/gamblers/gamblers.ispec --out runs/gamblers

# Everything that CI runs
ci:
    .ci/run
