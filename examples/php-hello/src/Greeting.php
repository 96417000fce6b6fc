<?php

namespace Hello;

final class Greeting
{
    public static function of(string $release): string
    {
        return 'Hello from PHP ' . PHP_VERSION . ", release $release\n";
    }
}
