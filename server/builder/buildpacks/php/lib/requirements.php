<?php
// requirements.php APP: whether the PHP that is here, and its extensions, meet what composer.json and composer.lock of APP ask for, by
// Composer's own rules for versions. Prints one line and exits 1 where not.
require 'Composer/Semver/autoload.php';

use Composer\Semver\Semver;

/** Of each suite of Debian: its line of PHP. */
const LINES = ['bookworm' => '8.2', 'trixie' => '8.4'];

function refuse(string $why): never
{
    echo " !     $why\n";
    exit(1);
}

function read_json(string $file): array
{
    $text = preg_replace('/^\xEF\xBB\xBF/', '', (string) file_get_contents($file));
    $value = json_decode($text, true);
    if (!is_array($value) || ($value !== [] && array_is_list($value))) {
        refuse(basename($file) . ' is not a JSON object' . (json_last_error() ? ': ' . json_last_error_msg() : ''));
    }
    return $value;
}

/** @return array<string, mixed> the object at a key, `[]` where there is none */
function part(array $from, string ...$keys): array
{
    foreach ($keys as $key) {
        $from = $from[$key] ?? [];
        if (!is_array($from)) {
            return [];
        }
    }
    return $from;
}

/** What to say of a constraint on PHP that is not met; null where it is. */
function php_refusal(string $constraint, string $version, string $suite): ?string
{
    try {
        if (Semver::satisfies($version, $constraint)) {
            return null;
        }
        $elsewhere = array_filter(
            array_diff_key(LINES, [$suite => true]),
            fn ($line) => Semver::satisfies("$line.999", $constraint) || Semver::satisfies("$line.0", $constraint),
        );
    } catch (UnexpectedValueException) {
        return "composer.json: \"$constraint\" is not a version of PHP: expected e.g. ^8.2";
    }
    $hint = $elsewhere ? ' (an operator has it with DEIS_SUITE=' . implode(' or ', array_keys($elsewhere)) . ')' : '';
    return "PHP $constraint, which composer.json asks for, cannot be had: expected $version on $suite$hint";
}

/** What the app asks of PHP. A version that it only resolves its packages for stands for its line. */
function php_constraint(array $json): ?string
{
    $required = part($json, 'require')['php'] ?? part($json, 'require')['php-64bit'] ?? null;
    if (is_string($required)) {
        return $required;
    }
    $platform = part($json, 'config', 'platform')['php'] ?? null;
    if (!is_string($platform)) {
        return null;
    }
    return preg_match('/^(\d+\.\d+)(\.\d+)?$/', $platform, $match) ? "~$match[1].0" : $platform;
}

/** @return array<string, string> extensions that are asked for -> by what, but those that a package brings or composer.json says are there */
function extensions_asked(array $json, array $lock): array
{
    $packages = part($lock, 'packages');
    $asked = [];
    foreach ([[null, $json], ...array_map(fn ($each) => [$each['name'] ?? '?', $each], $packages)] as [$name, $each]) {
        foreach (array_keys(part($each, 'require')) as $what) {
            if (str_starts_with($what, 'ext-')) {
                $asked[strtolower($what)] ??= $name ?? 'composer.json';
            }
        }
    }
    $given = part($json, 'config', 'platform');
    foreach ($packages as $each) {
        $given += part($each, 'provide') + part($each, 'replace');
    }
    return array_diff_key($asked, $given);
}

/** @return string[] as Composer names them */
function extensions_here(): array
{
    return array_map(fn ($name) => 'ext-' . str_replace(' ', '-', strtolower($name)), get_loaded_extensions());
}

/** Packages that composer.json asks for, PHP and its extensions left out. */
function packages_asked(array $json): array
{
    return array_filter(array_keys(part($json, 'require')), fn ($name) => str_contains($name, '/'));
}

function check(string $app): void
{
    $json = read_json("$app/composer.json");
    $lock = is_file("$app/composer.lock") ? read_json("$app/composer.lock") : null;
    $suite = parse_ini_file('/etc/os-release')['VERSION_CODENAME'] ?? '?';
    $constraint = php_constraint($json);
    $refusal = $constraint === null ? null : php_refusal($constraint, PHP_VERSION, $suite);
    if ($refusal !== null) {
        refuse($refusal);
    }
    $missing = array_diff_key(extensions_asked($json, $lock ?? []), array_flip(extensions_here()));
    if ($missing) {
        $named = array_map(fn ($what, $by) => $by === 'composer.json' ? $what : "$what (for $by)", array_keys($missing), $missing);
        $here = implode(', ', array_map(fn ($name) => substr($name, 4), extensions_here()));
        refuse('composer.json asks for what this PHP lacks: ' . implode(', ', $named) . ". It has $here");
    }
    if ($lock === null && packages_asked($json)) {
        refuse('composer.json has no composer.lock beside it: run `composer update`, commit composer.lock and push again');
    }
}

// Tests call the functions alone.
if (realpath($argv[0] ?? '') === __FILE__) {
    check($argv[1]);
}
