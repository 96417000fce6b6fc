// The types of /api/openapi.json, written by `npm run dashboard:types`. Do not edit.
export interface paths {
    "/api/admins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the platform admins.
         * @description For platform admins.
         */
        get: operations["get_admins"];
        put?: never;
        /**
         * Make a user a platform admin.
         * @description For platform admins.
         */
        post: operations["post_admins"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admins/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Make a platform admin an ordinary user. The last one stays.
         * @description For platform admins.
         */
        delete: operations["delete_admins_username"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/allowed-providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who but admins may launch machines that give root on the controller's host.
         * @description For platform admins.
         */
        get: operations["get_allowed_providers"];
        put?: never;
        /**
         * Let somebody launch with a provider type whose machines give root on the controller's host.
         * @description For platform admins.
         */
        post: operations["post_allowed_providers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/allowed-providers/{username}/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take that leave away. Nodes that there are stay, until somebody destroys them.
         * @description For platform admins.
         */
        delete: operations["delete_allowed_providers_username_type"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who changed what on this controller, newest first.
         * @description For platform admins.
         */
        get: operations["get_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete your account. Refused while you own formations, or are the last admin. */
        post: operations["post_auth_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the accounts of a provider of OpenID Connect that sign you in. */
        get: operations["get_auth_identities"];
        put?: never;
        /** Begin to link your account of the provider: it will sign you in. The answer sets a cookie. */
        post: operations["post_auth_identities"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/identities/{identity}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Have an account of the provider sign you in no more, and sign out where it did; here you stay signed in. */
        delete: operations["delete_auth_identities_identity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a token. */
        post: operations["post_auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revoke the token that the request carries. */
        post: operations["post_auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a sign-in with the operator's provider of OpenID Connect: the answer sets a cookie. */
        post: operations["post_auth_oidc"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign a browser in with what the provider answered: the answer sets a cookie. */
        post: operations["post_auth_oidc_finish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Link the account that the provider answered with, in the browser that began it. */
        post: operations["post_auth_oidc_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/passwd": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change your password; all your other tokens are revoked. Set one where you have none. */
        post: operations["post_auth_passwd"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a new token in the place of the one that the request carries; with `all`, of all of yours. */
        post: operations["post_auth_regenerate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an account. The first one is admin; later ones need a code. */
        post: operations["post_auth_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show whether your sign-in asks for a code of an authenticator app. */
        get: operations["get_auth_totp"];
        put?: never;
        /** Get a secret for an authenticator app. Nothing changes until a code of it is confirmed. */
        post: operations["post_auth_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm the app by a code of it: from now on your sign-in asks for one. */
        post: operations["post_auth_totp_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/totp/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for no code any more; the password and a code are needed once more. */
        post: operations["post_auth_totp_disable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show whose token this is, and what it may do. */
        get: operations["get_auth_whoami"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describe this API to people. */
        get: operations["get_docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/drains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List where the lines of all formations are sent to.
         * @description For platform admins.
         */
        get: operations["get_drains"];
        put?: never;
        /**
         * Send the lines of all formations somewhere, from now on.
         * @description For platform admins.
         */
        post: operations["post_drains"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/drains/{drain}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell of a drain of the controller: what it has sent, what waits, and what went wrong.
         * @description For platform admins.
         */
        get: operations["get_drains_drain"];
        put?: never;
        post?: never;
        /**
         * Send the lines of all formations there no more; those that wait are forgotten.
         * @description For platform admins.
         */
        delete: operations["delete_drains_drain"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/flavors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your flavors. */
        get: operations["get_flavors"];
        put?: never;
        /** Make a flavor: what a provider launches. */
        post: operations["post_flavors"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/flavors/{flavor}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a flavor. */
        get: operations["get_flavors_flavor"];
        put?: never;
        post?: never;
        /** Delete a flavor that no layer uses. */
        delete: operations["delete_flavors_flavor"];
        options?: never;
        head?: never;
        /** Change a flavor. Nodes that exist keep what they were launched with. */
        patch: operations["patch_flavors_flavor"];
        trace?: never;
    };
    "/api/flavors/{flavor}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try what a launch with the flavor needs, without making anything. */
        post: operations["post_flavors_flavor_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/flavors/{flavor}/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the formations that a flavor of yours is shared with. */
        get: operations["get_flavors_flavor_shares"];
        put?: never;
        /** Let the admins and the owner of a formation, in which you have a role, make layers of your flavor. */
        post: operations["post_flavors_flavor_shares"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/flavors/{flavor}/shares/{share}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a flavor of yours back from a formation. Nodes that exist stay. */
        delete: operations["delete_flavors_flavor_shares_share"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your formations. */
        get: operations["get_formations"];
        put?: never;
        /** Make a formation; with a flavor also its layers runtime and proxy. With neither `flavor` nor `on` it lives on a default host, where there is one. */
        post: operations["post_formations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a formation, and what you may do there.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation"];
        put?: never;
        post?: never;
        /**
         * Terminate its nodes and delete everything of it.
         * @description For the owner.
         */
        delete: operations["delete_formations_formation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the rules by which hooks are told of what is the matter.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_alerts"];
        put?: never;
        /**
         * Have hooks told when something is the matter, and when it is over.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_alerts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/alerts/{alert}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a rule away, with what it found.
         * @description For everybody whose role in the formation is admin or more.
         */
        delete: operations["delete_formations_formation_alerts_alert"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/alerts/{alert}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send each hook a message of this kind that says that it is a test.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_alerts_alert_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who changed what in the formation, newest first.
         * @description For everybody whose role in the formation is admin or more.
         */
        get: operations["get_formations_formation_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/auto-certs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show for each domain how far the certificate is that the controller orders for it.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_auto_certs"];
        put?: never;
        /**
         * Have certificates ordered and renewed by the controller, or no more.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_auto_certs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/auto-certs/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try again now what has failed, but for what the CA has asked to wait for.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_auto_certs_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move containers until no node has two more than another, of each process type and of all together.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_balance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/build-cache": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove what the builds of the formation keep for the next one, when a build under way has ended.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        delete: operations["delete_formations_formation_build_cache"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/buildpacks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the buildpacks that are set for the formation, and the names that can be set.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_buildpacks"];
        put?: never;
        /**
         * Set the buildpacks of the formation, in order, for the next push; an empty list sets none.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_buildpacks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/builds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the builds, newest first.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_builds"];
        put?: never;
        /**
         * Fetch a slug that was built elsewhere, verify it, and deploy it as a release.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_builds"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/builds/{build}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a build; `latest` is the newest.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_builds_build"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/builds/{build}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for the end of a push; `latest` is the one under way, else the newest that waits.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_builds_build_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/builds/{build}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the whole output of a build, also of one that failed; `latest` is that of the newest push.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_builds_build_output"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/calculate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the databag: what the nodes must be.
         * @description For everybody whose role in the formation is viewer or more.
         */
        post: operations["post_formations_formation_calculate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/certs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the certificates that the proxies serve.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_certs"];
        put?: never;
        /**
         * Serve a certificate; its names become domains of the formation.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_certs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/certs/{cert}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a certificate; its key is never shown.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_certs_cert"];
        put?: never;
        post?: never;
        /**
         * Serve a certificate no more; its domains stay.
         * @description For everybody whose role in the formation is admin or more.
         */
        delete: operations["delete_formations_formation_certs_cert"];
        options?: never;
        head?: never;
        /**
         * Put a renewed pair in the place of its predecessor, without a gap.
         * @description For everybody whose role in the formation is admin or more.
         */
        patch: operations["patch_formations_formation_certs_cert"];
        trace?: never;
    };
    "/api/formations/{formation}/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the config that is live, or is being deployed; to viewers without the values.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_config"];
        put?: never;
        /**
         * Set and unset variables; cuts a release and deploys it.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/config/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show which variables differ between versions of the config, by name.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_config_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/config/reveal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the values of some variables. That you did is in the audit log, with their names.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_config_reveal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/containers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the containers by process type and number.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_containers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/converge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make every node be what the databag says; with `why_run` only find out what that would change.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_converge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/default-host": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let everybody place formations on its nodes, and those that name no other ground live there.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_default_host"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/domains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the names that the formation answers to; without any it answers to all.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_domains"];
        put?: never;
        /**
         * Let the formation answer to a name, and tell its proxies.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_domains"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/domains/{domain}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a name away, and tell the proxies.
         * @description For everybody whose role in the formation is admin or more.
         */
        delete: operations["delete_formations_formation_domains_domain"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/drains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List where the lines of the formation are sent to.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_drains"];
        put?: never;
        /**
         * Send the lines of the formation somewhere, from now on.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_drains"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/drains/{drain}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell of a drain of the formation: what it has sent, what waits, and what went wrong.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_drains_drain"];
        put?: never;
        post?: never;
        /**
         * Send lines there no more; those that wait are forgotten.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        delete: operations["delete_formations_formation_drains_drain"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/finish-guest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop passing on to a formation that has moved to the nodes of another, and take off what is left of it here, whether its own people are done or not: names that still lead here get what this answers to unknown ones.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_finish_guest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/fired-alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what is, and was, the matter, newest first.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_fired_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/flavors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the flavors that you may make layers of here: your own, and those shared with the formation.
         * @description For everybody whose role in the formation is admin or more.
         */
        get: operations["get_formations_formation_flavors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/generated-certs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Serve a certificate that is signed by itself, until there is another.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_generated_certs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/guests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the formations that live on its nodes, and what they may use.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_guests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/healthchecks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how new containers show that they are well, where it is not as by default.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_healthchecks"];
        put?: never;
        /**
         * Change health checks of process types; cuts a release and deploys it.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_healthchecks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/hooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the hooks that are told of alerts.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_hooks"];
        put?: never;
        /**
         * Have alerts sent to a URL, signed with a secret that is answered once, or mailed to mailto:ADDRESS.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_hooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/hooks/{hook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Send nothing more to a hook, and forget what it was sent.
         * @description For everybody whose role in the formation is admin or more.
         */
        delete: operations["delete_formations_formation_hooks_hook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/hooks/{hook}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what a hook was sent, and what came of it, newest first.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_hooks_hook_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/hooks/{hook}/deliveries/{delivery}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery once more, whatever came of it.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_hooks_hook_deliveries_delivery_resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/host-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the SSH host key of a host that may become a node, for the operator to compare.
         * @description For everybody whose role in the formation is admin or more.
         */
        get: operations["get_formations_formation_host_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/host-shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who may place formations on its nodes without a role in it.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_host_shares"];
        put?: never;
        /**
         * Let somebody place formations on its nodes, who sees nothing else of it.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_host_shares"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/host-shares/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take that leave back. Formations that live on its nodes stay.
         * @description For everybody whose role in the formation is admin or more.
         */
        delete: operations["delete_formations_formation_host_shares_username"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/layers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the layers, in the order in which they converge.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_layers"];
        put?: never;
        /**
         * Add a layer; it has no nodes until it is scaled.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_layers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/layers/{layer}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a layer.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_layers_layer"];
        put?: never;
        post?: never;
        /**
         * Remove a layer that has no nodes.
         * @description For everybody whose role in the formation is admin or more.
         */
        delete: operations["delete_formations_formation_layers_layer"];
        options?: never;
        head?: never;
        /**
         * Change what a layer is; its nodes follow at their next converge, and a new flavor is for nodes still to come.
         * @description For everybody whose role in the formation is admin or more.
         */
        patch: operations["patch_formations_formation_layers_layer"];
        trace?: never;
    };
    "/api/formations/{formation}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what the containers of each process type may use.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_limits"];
        put?: never;
        /**
         * Change limits of process types; cuts a release and deploys it.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_limits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the newest lines of all containers, oldest first.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/logs/follow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the logs: the newest lines of all containers, and then every further one as it comes.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_logs_follow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/logs/kept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how much of the logs the log server keeps, and how much it may keep.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_logs_kept"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/maintenance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell whether the proxies answer a page in the place of the app.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_maintenance"];
        put?: never;
        /**
         * Answer a page in the place of the app (503), or the app again.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_maintenance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show requests, latency, cpu, memory, restarts and disks over time, with the releases of that time.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a formation that lives on the nodes of another to those of a third or to its own, without a failed request; with `finish` take what that has left off its former host.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_move"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the nodes. A formation that lives on the nodes of another has those first, then its own.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_nodes"];
        put?: never;
        /**
         * Adopt a host that exists already as a node of a layer: it is looked at first, then converged.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_nodes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes/{node}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a node with its last error.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_nodes_node"];
        put?: never;
        post?: never;
        /**
         * Take one node out of its layer: its containers move elsewhere, then it is terminated; an adopted host is cleared unless `keep` is true. A node of a custom layer, or of a run list with recipes of others, may hold data: `confirm` is its name again, and `purge_data` says that the data goes. One that has stayed, because a formation on it could not move, goes with `confirm` all the same.
         * @description For everybody whose role in the formation is admin or more.
         */
        delete: operations["delete_formations_formation_nodes_node"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes/{node}/cordon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a runtime node no new containers; those that it runs stay.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_nodes_node_cordon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes/{node}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a runtime node's containers elsewhere and give it no new ones. Fails where a formation on it cannot move: it is drained but for that one then.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_nodes_node_drain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes/{node}/host-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the SSH host key that a node answers with now, pinned or not.
         * @description For everybody whose role in the formation is admin or more.
         */
        get: operations["get_formations_formation_nodes_node_host_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes/{node}/replace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Launch a new node in the place of one, which goes when the new one serves.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_nodes_node_replace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes/{node}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a shell command on a node itself, as the user that SSH enters as.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_nodes_node_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes/{node}/trust": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pin a host key that the operator has confirmed, in place of the old one.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_nodes_node_trust"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes/{node}/uncordon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a runtime node take new containers again.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_nodes_node_uncordon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/nodes/{node}/upgrade": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring the packages of a node's system up to date. A runtime node is drained before, and takes containers again afterwards as it did.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_nodes_node_upgrade"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the operations of a formation, newest first.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_operations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/perms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who but the owner may do something here.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_perms"];
        put?: never;
        /**
         * Give a user a role; it replaces the one before.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_perms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/perms/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a role away from a user, or give up your own.
         * @description For everybody whose role in the formation is viewer or more.
         */
        delete: operations["delete_formations_formation_perms_username"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/proxy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how the proxies treat requests.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_proxy"];
        put?: never;
        /**
         * Change how the proxies treat requests, and tell them; null puts back a default.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_proxy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what formations to come may use on its nodes, and how many of them each person may have.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_quotas"];
        put?: never;
        /**
         * Change what a guest may use on its nodes, or what new guests may. What is there stays.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_quotas"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the releases, newest first.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_releases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/releases/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the release of a version, `7` or `v7`.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_releases_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/releases/{version}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what the release phase of a release and postdeploy of its app.json wrote, and what containers of it that failed have left behind: why, their last lines, their state.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_releases_version_output"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/releases/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cut and deploy a release with all that the newest one holds, which failed.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_releases_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/releases/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cut and deploy a release with the build, config, limits and health checks of an earlier one; without a version, of the last good one.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_releases_rollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make new containers of the live release: all, those of a process type, or one of them.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_restart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Run a command with input, and with a pseudo terminal where you have a terminal, over a WebSocket.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        get: operations["get_formations_formation_run"];
        put?: never;
        /**
         * Run a command in a container of its own, with the code and config of the live release. When the client goes, so does the container.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the one-off commands, newest first.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_runs"];
        put?: never;
        /**
         * Start a command in a container of its own and leave it running.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/runs/{run}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Stop a one-off command: SIGTERM, SIGKILL after ten seconds, and its container goes.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        delete: operations["delete_formations_formation_runs_run"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/scale/containers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start or stop containers until each process type named has its count.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_scale_containers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/scale/layers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Launch or terminate nodes until each layer named has its count.
         * @description For everybody whose role in the formation is admin or more.
         */
        post: operations["post_formations_formation_scale_layers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what the formation is attached to, and who is attached to it.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_services"];
        put?: never;
        /**
         * Write where a formation of mode tcp is found into the config, cut a release and deploy it.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_services"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/services/{variable}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take the variable of a service away, cut a release and deploy it; then the port is closed.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        delete: operations["delete_formations_formation_services_variable"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what process types ask of the nodes that their containers are placed on.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_tags"];
        put?: never;
        /**
         * Change what process types ask of their nodes: what is not named stays, null takes away. Cuts a release and deploys it, which moves containers; refused where no node has what is asked for.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_tags"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/timeouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how long containers of each process type may take to stop, where it is not as by default.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_formations_formation_timeouts"];
        put?: never;
        /**
         * Change stop timeouts of process types; cuts a release and deploys it.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_formations_formation_timeouts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/formations/{formation}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Offer the formation to another user, who may accept it within seven days and own it; you stay as an admin.
         * @description For the owner.
         */
        post: operations["post_formations_formation_transfer"];
        /**
         * Take an offer of the formation back.
         * @description For the owner.
         */
        delete: operations["delete_formations_formation_transfer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hosts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the formations on whose nodes you may place formations of your own. */
        get: operations["get_hosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell what a client must know before it logs in. */
        get: operations["get_info"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your SSH keys. */
        get: operations["get_keys"];
        put?: never;
        /** Let a key push as you. */
        post: operations["post_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell of one of your SSH keys. */
        get: operations["get_keys_key"];
        put?: never;
        post?: never;
        /** Take a key away. */
        delete: operations["delete_keys_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/open-alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what is the matter now in all formations that you see, newest first. */
        get: operations["get_open_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describe this API (OpenAPI 3.1). */
        get: operations["get_openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/operations/{operation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an operation.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_operations_operation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/operations/{operation}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for the end of an operation. Cancelling what has ended changes nothing.
         * @description For everybody whose role in the formation is collaborator or more.
         */
        post: operations["post_operations_operation_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/operations/{operation}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow an operation: its events as they happen, from the first or from after `Last-Event-ID`, until it has ended.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_operations_operation_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/operations/{operation}/newest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what an operation has come to: the events of its steps, its end where it has one, and its newest lines. A long output is there at its end at once; all of it is in its events.
         * @description For everybody whose role in the formation is viewer or more.
         */
        get: operations["get_operations_operation_newest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passkey-challenges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a browser sign in by a passkey, of whomever it is. */
        post: operations["post_passkey_challenges"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passkey-registrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have your browser make a passkey. Nothing changes until it has; no token may ask for that. */
        post: operations["post_passkey_registrations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passkey-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign a browser in by what its passkey has signed: the answer sets a cookie. */
        post: operations["post_passkey_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your passkeys. */
        get: operations["get_passkeys"];
        put?: never;
        /** Add the passkey that your browser has made. */
        post: operations["post_passkeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passkeys/{passkey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take one of your passkeys away, and sign out where it signed you in; here you stay signed in. */
        delete: operations["delete_passkeys_passkey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the provider types, with an annotated example of what each takes. */
        get: operations["get_provider_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your providers. */
        get: operations["get_providers"];
        put?: never;
        /** Add a provider; its credentials are tried first. */
        post: operations["post_providers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a provider, without its credentials. */
        get: operations["get_providers_provider"];
        put?: never;
        post?: never;
        /** Delete a provider that no flavor uses. */
        delete: operations["delete_providers_provider"];
        options?: never;
        head?: never;
        /** Replace the credentials. They are never given out again. */
        patch: operations["patch_providers_provider"];
        trace?: never;
    };
    "/api/providers/{provider}/orphans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what this controller made behind a provider and what no node or layer has any more: machines, fixed addresses, volumes, security groups. */
        get: operations["get_providers_provider_orphans"];
        put?: never;
        post?: never;
        /** Remove all of that, machines first. */
        delete: operations["delete_providers_provider_orphans"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the browsers where you are signed in, newest first. */
        get: operations["get_sessions"];
        put?: never;
        /** Sign a browser in: the answer sets a cookie. */
        post: operations["post_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign one of your browsers out; `current` names the one that asks. */
        delete: operations["delete_sessions_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your tokens that are good, sessions among them, newest first. The tokens themselves are stored nowhere. */
        get: operations["get_tokens"];
        put?: never;
        /** Make a token, for a program as a rule. */
        post: operations["post_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke one of your tokens. */
        delete: operations["delete_tokens_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the formations that you are offered, and those that you offer. */
        get: operations["get_transfers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers/{transfer}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Become the owner of a formation that you are offered. */
        post: operations["post_transfers_transfer_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers/{transfer}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decline a formation that you are offered. */
        post: operations["post_transfers_transfer_decline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the users.
         * @description For platform admins.
         */
        get: operations["get_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a code that lets one person register within a week.
         * @description For platform admins.
         */
        post: operations["post_users_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/registration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say who may register: everyone, those with an invitation, or no one.
         * @description For platform admins.
         */
        post: operations["post_users_registration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell whether the controller answers and reaches its database. */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Alert: {
            detail: string;
            id: number;
            kind: string;
            resolved_at: string | null;
            /** Format: date-time */
            since: string;
            /** @description `web.1`, a node, a certificate, or `app`. */
            subject: string;
        };
        AlertRule: {
            /** Format: date-time */
            created_at: string;
            kind: string;
            /** @description How far back they are counted. */
            minutes: number | null;
            /** @description Without another name that of its kind. */
            name: string;
            /** @description RE2 that lines of the log match. */
            pattern: string | null;
            summary: string;
            threshold: number | null;
            unit: string | null;
        };
        AllowedProvider: {
            /** @description The admin; null when their account is gone. */
            allowed_by: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description Provider type. */
            type: string;
            username: string;
        };
        AuditEntry: {
            action: string;
            actor: string;
            /** Format: date-time */
            at: string;
            formation: string | null;
            /** @description `done`, `refused: why` or `failed`. Of what an operation carries out `accepted` until that has ended, and for ever where its end is no longer kept, else how it ended: `done`, `failed: why`, `cancelled: why`, `superseded: by what`. Of a push the same, `nothing was pushed`, or that the pusher went before. Null while it is under way, and when the controller died meanwhile. */
            outcome: string | null;
            request_id: string | null;
            /** @description Address of the client. */
            source: string | null;
            /** @description Names, counts, roles, the operation: never values. */
            target: {
                [key: string]: unknown;
            };
        };
        AutoCertificates: {
            /** @description Host of the CA that certificates are ordered from. */
            ca: string;
            enabled: boolean;
            /** @description Each domain of the formation; empty while it is not enabled. */
            names: {
                /** @description Id of the certificate that is good for it. */
                certificate: string | null;
                name: string;
                next_attempt_at: string | null;
                problem: string | null;
                /**
                 * @description `serving`: each proxy serves its certificate; `delivering`: the proxies are being told; `waiting`: it is about to be ordered; `failing`: `problem` says why not; `yours`: a certificate of your own is good for it; `wildcard`: it cannot be ordered.
                 * @enum {string}
                 */
                state: "serving" | "delivering" | "waiting" | "failing" | "yours" | "wildcard";
            }[];
        };
        BegunSignIn: {
            /** @description The provider's: the browser goes there. */
            url: string;
        };
        Build: {
            buildpack: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description Of a slug: the stack that it runs on. */
            image: string | null;
            /** @enum {string} */
            kind: "slug" | "image";
            /** @description Where an image listens by what it EXPOSEs; null: where PORT says. */
            port: number | null;
            /** @description Process type -> command; empty: what the image itself says. */
            procfile: {
                [key: string]: string;
            };
            /** @description Commit that was pushed; of a slug built elsewhere what was said, or its sha256. */
            sha: string;
            sha256: string | null;
            /** @description Bytes of the slug, or of the layers of the image. */
            size: number | null;
            slug_path: string | null;
            /** Format: uuid */
            uuid: string;
        };
        BuildFailure: {
            /** @description What to do, where that is known. */
            advice: string | null;
            /** @description Of the build; null when it was not its own end. */
            exit_code: number | null;
            message: string;
            /** @description What the build was at, e.g. `bin/compile of nodejs`. */
            step: string | null;
        };
        BuildOutput: {
            /**
             * Format: uuid
             * @description Of the build, and of the push that made it or failed to.
             */
            build: string;
            /** @description Of a push that failed. */
            failure: components["schemas"]["BuildFailure"] | null;
            lines: string[];
            sha: string | null;
            /**
             * @description Of the push.
             * @enum {string}
             */
            state: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "superseded";
        };
        Buildpacks: {
            /** @description Names of those that come with the controller or that its operator keeps. */
            available: string[];
            /** @description Set for the formation, in order; empty: the app itself says, or its files do. */
            buildpacks: string[];
        };
        Certificate: {
            /** @description PEM, leaf first. */
            certificate: string;
            /** Format: date-time */
            created_at: string;
            domains: string[];
            /** Format: date-time */
            expires_at: string;
            /** @description SHA-256 of the leaf. */
            fingerprint: string;
            id: string;
            /** @description Null: the controller does not renew it. */
            renewal: {
                /** @description Who says when: its CA (RFC 9773), or its lifetime. */
                by: ("ca" | "lifetime") | null;
                /** @description URL at which the CA explains why then. */
                explanation: string | null;
                last_attempt_at: string | null;
                /** @description What the last attempt came to nothing of. */
                last_error: string | null;
                /** @description When it is renewed. */
                next_at: string | null;
                /** @description Not tried before; null: when it is due. */
                next_attempt_at: string | null;
            } | null;
            /**
             * @description Who brought it: a user, the controller from a CA, or the controller by signing it itself.
             * @enum {string}
             */
            source: "manual" | "acme" | "generated";
        };
        Config: {
            /** @description With `since`: names of the variables that differ from that version, those that went, too. */
            changed?: string[];
            values: {
                [key: string]: string;
            };
            /** @description 0 before the first. */
            version: number;
        };
        Container: {
            /** @description `web.1` */
            name: string;
            node: string | null;
            num: number;
            port: number;
            release: number | null;
            /** @description What its node was last seen to do with it; null until the watch over nodes has looked. */
            seen: {
                at: string;
                /** @description Of the last run that ended, so far as it was seen. */
                exit_code: number | null;
                out_of_memory: boolean;
                restarts: number;
                since: string;
                /** @enum {string} */
                state: "up" | "crashing" | "stopped" | "missing" | "unreachable";
            } | null;
            /** @description What is wanted: `starting`, `serving`, `retiring`, `removing`. */
            state: string;
            type: string;
            /** @description What it used when its node was read last, at most five minutes ago; null where it was not since. */
            usage: {
                at: string;
                /** @description Cores, on average since its node was read before. */
                cpu: number;
                /** @description Bytes in use. */
                memory: number;
                /** @description Bytes; null: as much as the node has. */
                memory_limit: number | null;
            } | null;
        };
        Databag: {
            generation: number;
            id: string;
        } & {
            [key: string]: unknown;
        };
        Delivery: {
            attempts: number;
            /** @description What is sent. */
            body: unknown;
            /** Format: date-time */
            created_at: string;
            ended_at: string | null;
            event: string;
            id: string;
            last_error: string | null;
            last_status: number | null;
            next_at: string | null;
            /** @enum {string} */
            state: "waiting" | "delivered" | "failed";
        };
        Domain: {
            /** Format: date-time */
            created_at: string;
            domain: string;
        };
        Drain: {
            /** @description Bytes that wait. */
            backlog: number;
            /** Format: date-time */
            created_at: string;
            /** @description Its name. */
            id: string;
            /** @description Null once lines went through again. */
            last_error: string | null;
            last_error_at: string | null;
            last_sent_at: string | null;
            next_attempt_at: string | null;
            /** @description Lines that its sink has taken. */
            sent: number;
            /** @description Names it to its sink, in the header `Deis-Drain-Token` or the structured data of syslog. */
            token: string;
            /** @enum {string} */
            type: "syslog" | "syslog-tls" | "https" | "loki";
            /** @description Lines that its sink never gets, which it is told of. */
            unsent: number;
            /** @description Without user, password, path and query, which are not shown again. */
            url: string;
        };
        ExternalSession: {
            /** @description What the browser says that it is. */
            browser: string;
            /** Format: date-time */
            created_at: string;
            /** @description The one that this request comes with. */
            current: boolean;
            /**
             * Format: date-time
             * @description Unless it is used before; 14 days after the sign-in at the latest.
             */
            expires_at: string;
            id: number;
            last_used_at: string | null;
            /** @description The one that signed it in; null: none did. */
            passkey: string | null;
            return_to: string;
            user: components["schemas"]["User"];
        };
        Flavor: {
            id: string;
            /** @description cloud-config */
            init: string;
            params: {
                [key: string]: unknown;
            };
            provider: string | null;
        };
        FlavorCheck: {
            checks: {
                detail: string;
                ok: boolean;
                what: string;
            }[];
            ok: boolean;
        };
        FlavorShare: {
            /** Format: date-time */
            created_at: string;
            formation: string;
        };
        Forecast: {
            /** @description How many resources, of all nodes. */
            changes: number;
            nodes: components["schemas"]["NodeForecast"][];
        };
        Formation: {
            /** @description A formation that it moves to, or whose nodes may still hold something of it; null: none. */
            also_on: string | null;
            /** Format: date-time */
            created_at: string;
            domains: string[];
            generation: number;
            git_url: string;
            /** @description Formations that live on its nodes. */
            guests: string[];
            id: string;
            layers: {
                [key: string]: {
                    /** @description How many nodes it shall have. */
                    count: number;
                    /** @description How many are ready and answer. */
                    nodes_ready: number;
                };
            };
            live_release: number | null;
            /** @description The formation on whose nodes it lives; null: on its own. */
            on: string | null;
            owner: string;
            /** @description The formation on whose nodes it lived before, and whose proxies pass on what still reaches them; null: none. */
            passed_on_by: string | null;
            /** @description Of a guest: what it may use on those nodes, all in all. */
            quota: components["schemas"]["Quota"] | null;
            scale: {
                [key: string]: number;
            };
            /** @description Where the app is found: its names, https where a certificate covers them; else its ready proxies. */
            urls: string[];
        };
        Guest: {
            /** @description How many serve. */
            containers: number;
            id: string;
            owner: string;
            quota: components["schemas"]["Quota"];
        };
        HealthChecks: {
            /** @description By process type. Types that are not here are checked by tcp (web) or none (others). */
            checks: {
                [key: string]: {
                    /** @description Seconds until the first good answer; null: what the controller is set to. */
                    deadline: number | null;
                    /** @description Seconds between two checks. */
                    interval: number | null;
                    /**
                     * @description Something listens on PORT; it answers GET of `path`; or the process has stayed up for 2 s.
                     * @enum {string}
                     */
                    kind: "tcp" | "http" | "none";
                    path: string | null;
                    /** @description Failed checks in a row until proxies pass over a container, or its start has failed. */
                    retries: number | null;
                    /** @description Seconds after a start in which failed checks do not count. */
                    start: number | null;
                    status: [
                        number,
                        number
                    ] | null;
                    /** @description Seconds of one request. */
                    timeout: number | null;
                };
            };
            /** @description That has these checks: the newest that is live or still to be. */
            release: number | null;
        };
        Hook: {
            /** Format: date-time */
            created_at: string;
            /** @description Of its URL, which is not shown; of an address what stands from its @ on. */
            host: string;
            name: string;
        };
        Host: {
            /** @description Everybody may place formations there, and new ones that name no other ground live there. */
            default: boolean;
            id: string;
            owner: string;
        };
        HostKey: {
            /** @description `SHA256:...`, as ssh-keygen prints it. */
            fingerprint: string;
            /** @description OpenSSH form. */
            host_key: string;
        };
        HostShare: {
            /** Format: date-time */
            created_at: string;
            username: string;
        };
        Identity: {
            /** Format: date-time */
            created_at: string;
            id: number;
            /** @description Of the provider. */
            issuer: string;
            /** @description What the provider calls the account; nothing is decided by it. */
            label: string;
            last_used_at: string | null;
        };
        Info: {
            git: {
                host: string;
                host_keys: string[];
                port: number;
            };
            instance: string;
            /** @description Sign-in with OpenID Connect; null where the operator names no provider. */
            oidc: {
                /** @description What people know the provider by. */
                name: string;
            } | null;
            /** @description Origin of the pages on which passkeys are good; null: nowhere, they need HTTPS and a name. */
            passkeys: string | null;
            /**
             * @description `setup`: the next user to register is the first, and admin; `invite`: a code is needed; `open`: everyone; `closed`: no one.
             * @enum {string}
             */
            registration: "setup" | "open" | "invite" | "closed";
            version: string;
        };
        Key: {
            /** Format: date-time */
            created_at: string;
            fingerprint: string;
            id: string;
            public: string;
        };
        Layer: {
            /** @description Values masked for those who may not see config. */
            attributes: {
                [key: string]: unknown;
            };
            count: number;
            environment: string;
            flavor: string | null;
            /** @description Whose flavor it is, and whose credentials it uses. */
            flavor_owner: string | null;
            id: string;
            /** @enum {string} */
            kind: "runtime" | "proxy" | "box" | "custom";
            level: number;
            run_list: string[];
            ssh_public_key: string;
            ssh_username: string;
            /** @description What process types may ask for of its nodes. */
            tags: {
                [key: string]: string;
            };
        };
        Limits: {
            /** @description That has these limits: the newest that is live or still to be. */
            release: number | null;
            /** @description By process type. */
            types: {
                [key: string]: {
                    /** @description Shares of one core; null: no limit. */
                    cpus: number | null;
                    /** @description Bytes; null: no limit. */
                    memory: number | null;
                };
            };
        };
        Maintenance: {
            enabled: boolean;
        };
        Metrics: {
            disks: {
                mount: string;
                node: string;
                /** @description Share in use, 0 to 1. */
                used: (number | null)[];
            }[];
            /** Format: date-time */
            from: string;
            processes: {
                /** @description Cores. */
                cpu: (number | null)[];
                /** @description The most bytes in use. */
                memory: (number | null)[];
                /** @description Null: as much as the node has. */
                memory_limit: number | null;
                /** @description `web.1` */
                process: string;
                /** @description In each step. */
                restarts: (number | null)[];
            }[];
            /** @description Those that went live in this time, the newest 100, oldest first. */
            releases: {
                /** Format: date-time */
                live_at: string;
                summary: string;
                version: number;
            }[];
            step_seconds: number;
            steps: number;
            /** Format: date-time */
            to: string;
            traffic: {
                /** @description Until the answer began. */
                p50_ms: (number | null)[];
                /** @description One for each step; null where nothing was measured. */
                p95_ms: (number | null)[];
                /** @description One for each step; null where nothing was measured. */
                p99_ms: (number | null)[];
                /** @description The node; null: all proxies together. */
                proxy: string | null;
                /** @description Requests in a second. */
                requests: (number | null)[];
                /** @description `2xx` -> requests in a second. */
                statuses: {
                    [key: string]: (number | null)[];
                };
            }[];
        };
        NewestEvents: {
            /** @description In order, without lines and heartbeats. */
            events: {
                /** @description As in the stream of events. */
                data: {
                    [key: string]: unknown;
                };
                /** @description `step-started`, `step-ended`, `end` */
                type: string;
            }[];
            /** @description Of the newest event; 0: there is none yet. */
            id: number;
            /** @description Fewer than asked for where they are long: half a megabyte. */
            lines: string[];
            /** @description How many it wrote before these. */
            lines_before: number;
        };
        NewHook: {
            /** Format: date-time */
            created_at: string;
            /** @description Of its URL, which is not shown; of an address what stands from its @ on. */
            host: string;
            name: string;
            /** @description Signs what is sent; shown this once. Null of mails, which none signs. */
            secret: string | null;
        };
        NewIdentity: {
            /** Format: date-time */
            created_at: string;
            id: number;
            /** @description Of the provider. */
            issuer: string;
            /** @description What the provider calls the account; nothing is decided by it. */
            label: string;
            last_used_at: string | null;
            return_to: string;
        };
        NewSession: {
            /** @description What the browser says that it is. */
            browser: string;
            /** Format: date-time */
            created_at: string;
            /** @description The one that this request comes with. */
            current: boolean;
            /**
             * Format: date-time
             * @description Unless it is used before; 14 days after the sign-in at the latest.
             */
            expires_at: string;
            id: number;
            last_used_at: string | null;
            /** @description The one that signed it in; null: none did. */
            passkey: string | null;
            user: components["schemas"]["User"];
        };
        NewToken: {
            /** Format: date-time */
            created_at: string;
            /** @description The one that this request carries. */
            current: boolean;
            /** @description Of a session, unless it is used before. */
            expires_at: string | null;
            formation: string | null;
            id: number;
            last_used_at: string | null;
            name: string;
            /**
             * @description `read`: see, without config values; `deploy`: see, config, rollback and scale of one formation.
             * @enum {string}
             */
            scope: "all" | "read" | "deploy";
            /** @description Made by a login or a registration: it ends when it is not used. */
            session: boolean;
            /** @description Shown only now. */
            token: string;
        };
        NewTotp: {
            /** @description Base32. Shown only now. */
            secret: string;
            /** @description The same as an `otpauth:` URI, for a QR code. */
            uri: string;
        };
        Node: {
            /** @description Null before it has one; of a node that is no proxy also to guests (see `last_error`). */
            address: string | null;
            /** @description A host that existed before. */
            adopted: boolean;
            /** @description Null to guests (see `last_error`). */
            cloud_id: string | null;
            /** @description Formation -> what it has there; to guests (see `last_error`) of their own formation alone. */
            containers: {
                [key: string]: {
                    /** @description How many start or serve. */
                    count: number;
                    /** @description Bytes that those with a limit may use together. */
                    memory: number;
                    /** @description How many have no limit of memory. */
                    unlimited: number;
                };
            };
            /** Format: date-time */
            created_at: string;
            generation: number | null;
            id: string;
            /** @description Of its layer: a box is a runtime node and a proxy at once. */
            kind: ("runtime" | "proxy" | "box" | "custom") | null;
            /** @description Null to guests (see `last_error`). */
            last_action: string | null;
            /** @description Null where all went well, and to guests: members of a formation on these nodes who have no role in its host. */
            last_error: string | null;
            layer: string | null;
            /** @description Null where its size is not known, and to guests (see `last_error`). */
            left: {
                /** @description Of that without what those of its containers may use that have limits; below 0: these are promised more. */
                limits: {
                    /** @description Cores. */
                    cpus: number;
                    /** @description Bytes. */
                    memory: number;
                };
                /** @description Of that without what was in use by all that runs there when it was read last, at most five minutes ago; null where it was not since. */
                use: {
                    /** Format: date-time */
                    at: string;
                    /** @description Cores. */
                    cpus: number;
                    /** @description Bytes. */
                    memory: number;
                } | null;
            } | null;
            /** @description Whether it is the formation's own: a guest is shown those of its host, too. */
            own: boolean;
            /** @description Null to guests (see `last_error`). */
            private_address: string | null;
            /**
             * @description Whether it takes new containers; a drained node runs none but what could not leave it (see `containers`).
             * @enum {string}
             */
            scheduling: "open" | "cordoned" | "drained";
            /** @description What its machine has; null before that was read, and to guests (see `last_error`). */
            size: {
                /** @description Cores. */
                cpus: number;
                /** @description Bytes. */
                memory: number;
            } | null;
            status: string;
            /** @description Of its layer: what process types may ask for (see Tags). */
            tags: {
                [key: string]: string;
            };
            /** @description When a node that is ready was first found not to answer; null where it answers. */
            unreachable_since: string | null;
            /** Format: uuid */
            uuid: string;
        };
        NodeForecast: {
            /** @description What a converge would change there, in its order. */
            changes: {
                /** @description Absent where it holds what is secret. */
                diff?: string;
                resource: string;
            }[];
            error: string | null;
            layer: string;
            node: string;
            /**
             * @description `unknown`: it could not be looked at, or only in part; `error` says why.
             * @enum {string}
             */
            outcome: "in-sync" | "drifted" | "unknown";
        };
        OpenAlert: {
            detail: string;
            formation: string;
            id: number;
            kind: string;
            /** Format: date-time */
            since: string;
            /** @description `web.1`, a node, a certificate, or `app`. */
            subject: string;
        };
        Operation: {
            /** @description Since it was accepted; null once it has ended. */
            age_seconds: number | null;
            created_at: string | null;
            /** @description Why it failed: `message`, often `node`, `exitCode` and `stderr`; of a build `step`, `exit_code`, `lines` and `advice`. */
            error: {
                [key: string]: unknown;
            } | null;
            finished_at: string | null;
            formation: string;
            /** @description When that worker last gave a sign of life. */
            heartbeat_at: string | null;
            /** @description The worker that carries it out, as host/process/id. */
            holder: string | null;
            /** Format: uuid */
            id: string;
            kind: string;
            /** @description How many operations of the formation come before it; null once it has ended. */
            position: number | null;
            /** @description The user, or `system:watcher` or `system:acme` for the controller itself; null once the account is gone. */
            requested_by: string | null;
            /** @description What it came to, by its kind; of `why-run` a `Forecast`. */
            result: (components["schemas"]["Forecast"] | {
                [key: string]: unknown;
            }) | null;
            started_at: string | null;
            /** @enum {string} */
            state: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "superseded";
            step: string | null;
            /** @description What it waits for before it begins: that operation, the time it is due, a build slot, or a worker of those that its requester may have. Null once it has begun. */
            waiting_for: ("operation" | "time" | "build-slot" | "worker") | null;
            /** @description The first of those: the operation that holds the formation. */
            waits_for: string | null;
        };
        Orphan: {
            address: string | null;
            cloud_id: string;
            /** @description Absent: nothing was tried. Null: it is gone. */
            failure?: string | null;
            formation: string;
            /** @enum {string} */
            kind: "machine" | "security group" | "fixed address" | "volume";
            name: string;
            state: string;
            /** @description Of the node that it was or was for; empty for what a layer shared. */
            uuid: string;
        };
        Passkey: {
            /** Format: date-time */
            created_at: string;
            /** @description Where it is good: at an address of this host, and nowhere else. */
            domain: string;
            id: string;
            last_used_at: string | null;
        };
        Perm: {
            /** Format: date-time */
            created_at: string;
            /** @enum {string} */
            role: "viewer" | "collaborator" | "admin";
            username: string;
        };
        Problem: {
            detail: string;
            /** @description Wrong fields, at most the first 20. */
            errors?: {
                field: string;
                message: string;
            }[];
            /** @description How many fields are wrong, when `errors` does not name all. */
            errors_total?: number;
            /** @description The first wrong field, as a dotted path. */
            field?: string;
            /** @description Names the request in the controller's log. */
            request_id: string;
            status: number;
            title: string;
            type: string;
        };
        Provider: {
            /** Format: date-time */
            created_at: string;
            id: string;
            /** @description What the cloud says of the credentials, where they were just tried. */
            summary?: string;
            type: string;
            /**
             * Format: date-time
             * @description When its credentials were last replaced.
             */
            updated_at: string;
        };
        ProviderType: {
            /** @description Whether you may launch with it: else a platform admin has to allow it. */
            allowed: boolean;
            /** @description Annotated YAML. What a provider's credentials are; empty where there are none. */
            creds_example: string;
            /** @description Whether root on its machines is root on the controller's host: then it needs leave. */
            gives_host: boolean;
            id: string;
            /** @description Annotated YAML. What a flavor's params may hold. */
            params_example: string;
            summary: string;
        };
        ProxySettings: {
            /**
             * @description Who gets a request: each in turn; who has fewest under way; by the network of the client.
             * @enum {string}
             */
            algorithm: "round_robin" | "least_conn" | "ip_hash";
            /** @description Addresses and CIDRs that may ask, the others get a 403; empty: everybody. Of mode tcp others are closed to; empty: no one but formations that it is attached to. */
            allow: string[];
            /** @description Bytes that a request may send; null: what the layer says, else 1 MiB. Larger ones are answered 413. */
            body_size: number | null;
            /** @description Plain requests are redirected (308). */
            enforce_https: boolean;
            /** @description Where pages in the place of the proxies' own were fetched, without queries. */
            error_page: {
                [key: string]: string;
            };
            /** @description `max-age` of Strict-Transport-Security; 0 makes browsers forget, null sends none. */
            hsts: number | null;
            hsts_preload: boolean;
            hsts_subdomains: boolean;
            /**
             * @description http: requests are passed on; tcp: connections are, as they are, at `port`, of those that `allow` lets in.
             * @enum {string}
             */
            mode: "http" | "tcp";
            /** @description Of mode tcp: where proxies listen; null: mode http. */
            port: number | null;
            /** @description Connections to ports 80 and 443 begin with a header of the PROXY protocol, 1 or 2. */
            proxy_protocol: boolean;
            /** @description How many more may come at once; null: as many as the rate gives a second, at least one. */
            rate_burst: number | null;
            /** @description Requests that one client may send to each proxy, `20/s` or `300/m`; more are answered 429. */
            rate_limit: string | null;
            /** @description Names of the settings that are set; the others are as by default. */
            set: string[];
            /** @description Seconds that the app may be silent, then 504; of mode tcp a connection, then it is closed. */
            timeout: number;
            /** @description Addresses and CIDRs of proxies before these, whose X-Forwarded-For, -Proto and -Port are believed; with proxy_protocol its header alone. */
            trusted: string[];
            /** @description Of mode tcp: the process type that connections go to; null: web. */
            type: string | null;
        };
        /** @description What a formation may use on the nodes of another; null: as much as there is. */
        Quota: {
            containers: number | null;
            /** @description Cores, of all containers together. */
            cpus: number | null;
            /** @description Bytes of the slug or image, once for each container; what containers write does not count. */
            disk: number | null;
            /** @description Bytes, of all containers together. */
            memory: number | null;
        };
        RecoveryCodes: {
            /** @description Each signs you in once. Shown only now. */
            recovery_codes: string[];
        };
        Release: {
            build: string | null;
            /** @description Whether `rollback` can go back to it: it was live once, is not now, and its slug is kept and not lost. */
            can_roll_back: boolean;
            /** @description Process type -> how its containers show that they are well; absent: as by default. */
            checks: {
                [key: string]: {
                    /** @description Seconds until the first good answer; null: what the controller is set to. */
                    deadline: number | null;
                    /** @description Seconds between two checks. */
                    interval: number | null;
                    /**
                     * @description Something listens on PORT; it answers GET of `path`; or the process has stayed up for 2 s.
                     * @enum {string}
                     */
                    kind: "tcp" | "http" | "none";
                    path: string | null;
                    /** @description Failed checks in a row until proxies pass over a container, or its start has failed. */
                    retries: number | null;
                    /** @description Seconds after a start in which failed checks do not count. */
                    start: number | null;
                    status: [
                        number,
                        number
                    ] | null;
                    /** @description Seconds of one request. */
                    timeout: number | null;
                };
            };
            config: number | null;
            /** Format: date-time */
            created_at: string;
            created_by: string | null;
            /** @description Process type -> bytes, and shares of one core; absent: no limit. */
            limits: {
                [key: string]: {
                    cpus?: number;
                    memory?: number;
                };
            };
            live: boolean;
            live_at: string | null;
            reason: string | null;
            sha: string | null;
            /** @enum {string} */
            state: "pending" | "live" | "failed" | "superseded";
            summary: string;
            /** @description Process type -> what the layer of its nodes must have; absent: every runtime node. */
            tags: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /** @description Process type -> seconds between SIGTERM and SIGKILL; absent: 10. */
            timeouts: {
                [key: string]: number;
            };
            version: number;
        };
        ReleaseOutput: {
            containers: {
                /** Format: date-time */
                at: string;
                container: string;
                /** @description Null while it ran; absent in what was kept before 2026-11-28, as the next two. */
                exit_code?: number | null;
                /** @description Of docker's inspect JSON what shows no value of a variable. */
                inspect: {
                    [key: string]: unknown;
                } | null;
                /** @description The last 200 lines of its output. */
                lines: string[];
                node: string;
                /** Format: uuid */
                operation: string;
                /** @description The kernel ended one of its processes for its memory. */
                out_of_memory?: boolean;
                /** @description What was wrong with it: `exited with status 7`. */
                reason: string;
                restarts?: number;
            }[];
            /** @description Of the release phase; null for a release whose Procfile has none, or whose has not run. */
            phase: {
                begun_at: string | null;
                ended_at: string | null;
                /** @description Null while it runs, and when it did not end by itself. */
                exit_code: number | null;
                /** @description The last 2000 lines of its output, once it has ended. */
                lines: string[];
                /** @description Null once it is gone. */
                node: string | null;
                /** @enum {string} */
                state: "running" | "succeeded" | "failed";
            } | null;
            /** @description Of `scripts.postdeploy` of app.json; null for all but the first release that went live. */
            postdeploy: {
                begun_at: string | null;
                ended_at: string | null;
                /** @description Null while it runs, and when it did not end by itself. */
                exit_code: number | null;
                /** @description The last 2000 lines of its output, once it has ended. */
                lines: string[];
                /** @description Null once it is gone. */
                node: string | null;
                /** @enum {string} */
                state: "running" | "succeeded" | "failed";
            } | null;
            reason: string | null;
            /** @enum {string} */
            state: "pending" | "live" | "failed" | "superseded";
            version: number;
        };
        Run: {
            /** @description Null for those who may not read the config. */
            command: string | null;
            /** Format: date-time */
            created_at: string;
            detached: boolean;
            /** @description Null while it runs, and when it was stopped or lost. */
            exit_code: number | null;
            /** @description `run.3` */
            id: string;
            node: string | null;
            requested_by: string | null;
            /** @enum {string} */
            state: "running" | "ended";
        };
        Service: {
            /** @description `HOST:PORT` of a proxy of the service, as the variable was written last. */
            address: string;
            /** @description The formation whose config has the variable. */
            consumer: string;
            /** Format: date-time */
            created_at: string;
            /** @description The formation of mode tcp that it reaches. */
            service: string;
            variable: string;
        };
        Session: {
            /** @description What the browser says that it is. */
            browser: string;
            /** Format: date-time */
            created_at: string;
            /** @description The one that this request comes with. */
            current: boolean;
            /**
             * Format: date-time
             * @description Unless it is used before; 14 days after the sign-in at the latest.
             */
            expires_at: string;
            id: number;
            last_used_at: string | null;
            /** @description The one that signed it in; null: none did. */
            passkey: string | null;
        };
        ShownFormation: {
            /** @description A formation that it moves to, or whose nodes may still hold something of it; null: none. */
            also_on: string | null;
            /** Format: date-time */
            created_at: string;
            domains: string[];
            generation: number;
            git_url: string;
            /** @description Formations that live on its nodes. */
            guests: string[];
            id: string;
            layers: {
                [key: string]: {
                    /** @description How many nodes it shall have. */
                    count: number;
                    /** @description How many are ready and answer. */
                    nodes_ready: number;
                };
            };
            live_release: number | null;
            /** @description What you may do here; all else answers 403. */
            may: ("see" | "logs" | "readConfig" | "push" | "deploy" | "scale" | "run" | "host" | "use" | "infrastructure" | "network" | "share" | "transfer" | "destroy")[];
            /** @description The formation on whose nodes it lives; null: on its own. */
            on: string | null;
            owner: string;
            /** @description The formation on whose nodes it lived before, and whose proxies pass on what still reaches them; null: none. */
            passed_on_by: string | null;
            /** @description Of a guest: what it may use on those nodes, all in all. */
            quota: components["schemas"]["Quota"] | null;
            /**
             * @description What you are to it, as far as your token reaches.
             * @enum {string}
             */
            role: "viewer" | "collaborator" | "admin" | "owner";
            scale: {
                [key: string]: number;
            };
            /** @description Where the app is found: its names, https where a certificate covers them; else its ready proxies. */
            urls: string[];
        };
        Tags: {
            /** @description That has these tags: the newest that is live or still to be. */
            release: number | null;
            /** @description Process type -> what the layer of a node must have for its containers to be placed there. Types that are not here are placed on any runtime node. */
            tags: {
                [key: string]: {
                    [key: string]: string;
                };
            };
        };
        Timeouts: {
            /** @description That has these timeouts: the newest that is live or still to be. */
            release: number | null;
            /** @description Process type -> seconds between SIGTERM and SIGKILL. Types that are not here have 10. */
            timeouts: {
                [key: string]: number;
            };
        };
        Token: {
            /** Format: date-time */
            created_at: string;
            /** @description The one that this request carries. */
            current: boolean;
            /** @description Of a session, unless it is used before. */
            expires_at: string | null;
            formation: string | null;
            id: number;
            last_used_at: string | null;
            name: string;
            /**
             * @description `read`: see, without config values; `deploy`: see, config, rollback and scale of one formation.
             * @enum {string}
             */
            scope: "all" | "read" | "deploy";
            /** @description Made by a login or a registration: it ends when it is not used. */
            session: boolean;
        };
        Totp: {
            enabled: boolean;
            /** @description How many are left. */
            recovery_codes: number;
            since: string | null;
        };
        Transfer: {
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            formation: string;
            /** @description The owner, who offers it. */
            from: string;
            /** @description Who may accept it. */
            to: string;
        };
        UsableFlavor: {
            id: string;
            owner: string;
            provider_type: string;
            /** @description Whether its owner has shared it with the formation. */
            shared: boolean;
        };
        User: {
            email: string;
            is_admin: boolean;
            username: string;
        };
    };
    responses: {
        /** @description It was not done; the problem details say why. */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_admins: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["User"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_admins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    username: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_admins_username: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_allowed_providers: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["AllowedProvider"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_allowed_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    type: string;
                    username: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllowedProvider"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_allowed_providers_username_type: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                type: string;
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many nodes there are of their providers of that type. */
                        nodes: number;
                        type: string;
                        username: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_audit: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["AuditEntry"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password: string;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_auth_identities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether a password signs you in, too. */
                        has_password: boolean;
                        /** @description Whose accounts can be linked; null: no provider is set. */
                        provider: string | null;
                        results: components["schemas"]["Identity"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_identities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of your authenticator app, or a recovery code, where you have set one up. */
                    code?: string;
                    password: string;
                    /**
                     * @description The place in the dashboard where the browser goes afterwards, e.g. `#/formations/shop`.
                     * @default
                     */
                    return_to?: string | "";
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BegunSignIn"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_auth_identities_identity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                identity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of your authenticator app, or a recovery code, where you have set one up. */
                    code?: string;
                    password: string;
                    username: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description For the header `Authorization: token TOKEN`. Shown only now. */
                        token: string;
                        username: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_oidc: {
        parameters: {
            query?: never;
            header?: {
                /** @description `1`: no page of others can send it. */
                "X-Deis-CSRF"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description The place in the dashboard where the browser goes afterwards, e.g. `#/formations/shop`.
                     * @default
                     */
                    return_to?: string | "";
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BegunSignIn"];
                };
            };
            400: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_oidc_finish: {
        parameters: {
            query?: never;
            header?: {
                /** @description `1`: no page of others can send it. */
                "X-Deis-CSRF"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of the address to which the provider sent the browser. */
                    query: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExternalSession"];
                };
            };
            400: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_oidc_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of the address to which the provider sent the browser. */
                    query: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewIdentity"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_passwd: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    new_password: string;
                    /** @description The present one; left out where you have none. */
                    password?: string;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_regenerate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default false */
                    all?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Shown only now. */
                        token: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code?: string;
                    /** Format: email */
                    email: string;
                    password: string;
                    username: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        email: string;
                        is_admin: boolean;
                        /** @description For the header `Authorization: token TOKEN`. Shown only now. */
                        token: string;
                        username: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_auth_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Totp"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewTotp"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_totp_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_auth_totp_disable: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code?: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_auth_whoami: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        email: string;
                        is_admin: boolean;
                        token: {
                            /** @description Of a session, unless it is used before. */
                            expires_at: string | null;
                            formation: string | null;
                            name: string;
                            /**
                             * @description `read`: see, without config values; `deploy`: see, config, rollback and scale of one formation.
                             * @enum {string}
                             */
                            scope: "all" | "read" | "deploy";
                        };
                        username: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that loads nothing else. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_drains: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Drain"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_drains: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Its name; default: `drain-1`, or the next one that is free. */
                    id?: string;
                    /**
                     * @description `loki` for a URL of https; default: as the URL says.
                     * @enum {string}
                     */
                    type?: "syslog" | "syslog-tls" | "https" | "loki";
                    /** @description `syslog+tls://HOST:PORT`, `syslog://HOST:PORT`, `https://USER:SECRET@HOST/PATH` or `loki+https://...`. */
                    url: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drain"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_drains_drain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                drain: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drain"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_drains_drain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                drain: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_flavors: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Flavor"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_flavors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id: string;
                    /** @default  */
                    init?: string;
                    params?: {
                        [key: string]: unknown;
                    };
                    provider: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flavor"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_flavors_flavor: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                flavor: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flavor"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_flavors_flavor: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                flavor: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    patch_flavors_flavor: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
            };
            path: {
                flavor: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    init?: string;
                    params?: {
                        [key: string]: unknown;
                    };
                    provider?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flavor"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_flavors_flavor_check: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                flavor: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlavorCheck"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_flavors_flavor_shares: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                flavor: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["FlavorShare"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_flavors_flavor_shares: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                flavor: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    formation: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlavorShare"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_flavors_flavor_shares_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                flavor: string;
                share: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Formation"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    flavor?: string;
                    id?: string;
                    /** @description A formation of `GET /api/hosts`, on whose nodes it lives; null: it gets nodes of its own. */
                    on?: string | null;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Formation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownFormation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_alerts: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["AlertRule"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_alerts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind: "crash-loop" | "memory" | "5xx" | "p95" | "log" | "node-lost" | "certificate" | "disk" | "build" | "deploy" | "api-certificate" | "backup" | "wal";
                    /** @description Of the kind log: how far back lines are counted, 5 unless said. */
                    minutes?: number;
                    name?: string;
                    /** @description Of the kind log: RE2 that lines match. */
                    pattern?: string;
                    threshold?: number;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRule"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_alerts_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alert: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_alerts_alert_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alert: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many are told. */
                        hooks: number;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_audit: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["AuditEntry"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_auto_certs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AutoCertificates"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_auto_certs: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    enabled: boolean;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_auto_certs_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AutoCertificates"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_balance: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_build_cache: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_buildpacks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Buildpacks"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_buildpacks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    buildpacks: string[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Buildpacks"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_builds: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Build"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_builds: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Process types and commands, or the text of a Procfile. */
                    procfile?: string | {
                        [key: string]: string;
                    };
                    /** @description The commit that it was built of. Without it the slug is named by its sha256. */
                    sha?: string;
                    sha256: string;
                    /** @description http or https; without a password in it. */
                    url: string;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_builds_build: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_builds_build_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_builds_build_output: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildOutput"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_calculate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Databag"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_certs: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Certificate"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_certs: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    certificate: string;
                    id?: string;
                    key: string;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_certs_cert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cert: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Certificate"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_certs_cert: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                cert: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    patch_formations_formation_certs_cert: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                cert: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    certificate: string;
                    key: string;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_config: {
        parameters: {
            query?: {
                since?: number;
                values?: "shown" | "hidden";
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_config: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    values: {
                        [key: string]: string | null;
                    };
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_config_changes: {
        parameters: {
            query: {
                between: string;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description As they were asked for. */
                        results: {
                            /** @description Those that came and went, too. */
                            changed: string[];
                            from: number;
                            to: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_config_reveal: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The variables. The answer has no others. */
                    names: string[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_containers: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Container"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_converge: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description The operation's result is then a `Forecast`.
                     * @default false
                     */
                    why_run?: boolean;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_default_host: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    default: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Host"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_domains: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Domain"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_domains: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    domain: string;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_domains_domain: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                domain: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_drains: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Drain"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_drains: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Its name; default: `drain-1`, or the next one that is free. */
                    id?: string;
                    /**
                     * @description `loki` for a URL of https; default: as the URL says.
                     * @enum {string}
                     */
                    type?: "syslog" | "syslog-tls" | "https" | "loki";
                    /** @description `syslog+tls://HOST:PORT`, `syslog://HOST:PORT`, `https://USER:SECRET@HOST/PATH` or `loki+https://...`. */
                    url: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drain"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_drains_drain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                drain: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drain"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_drains_drain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                drain: string;
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_finish_guest: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A formation that has lived on its nodes. */
                    guest: string;
                };
            };
        };
        responses: {
            /** @description It has ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Why something is left; null where nothing is, or it goes on. */
                        error: string | null;
                        guest: string;
                        /** @description Nothing of it is here any more, and nothing is passed on. */
                        has_left: boolean;
                    };
                };
            };
            /** @description It goes on after 25 s. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Why something is left; null where nothing is, or it goes on. */
                        error: string | null;
                        guest: string;
                        /** @description Nothing of it is here any more, and nothing is passed on. */
                        has_left: boolean;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_fired_alerts: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Alert"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_flavors: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["UsableFlavor"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_generated_certs: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    days?: number;
                    domains?: string[];
                    id?: string;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_guests: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Guest"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_healthchecks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthChecks"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_healthchecks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    checks: {
                        [key: string]: {
                            deadline?: number;
                            interval?: number;
                            /**
                             * @description Something listens on PORT; it answers GET of `path`; or the process has stayed up for 2 s.
                             * @enum {string}
                             */
                            kind: "tcp" | "http" | "none";
                            path?: string;
                            retries?: number;
                            start?: number;
                            /** @description Lowest and highest that is good. */
                            status?: [
                                number,
                                number
                            ];
                            timeout?: number;
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_hooks: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Hook"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_hooks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default default */
                    name?: string;
                    /** Format: uri */
                    url: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewHook"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_hooks_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                hook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_hooks_hook_deliveries: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
                hook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Delivery"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_hooks_hook_deliveries_delivery_resend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery: string;
                formation: string;
                hook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_host_key: {
        parameters: {
            query: {
                address: string;
                layer: string;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostKey"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_host_shares: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["HostShare"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_host_shares: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    username: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostShare"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_host_shares_username: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_layers: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Layer"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_layers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    attributes?: {
                        [key: string]: unknown;
                    };
                    environment?: string;
                    /** @description Your own, else one shared with the formation; `OWNER/FLAVOR` says whose. */
                    flavor: string;
                    id: string;
                    /**
                     * @description A box is a runtime node and a proxy at once. Default: by the id, `runtime`, `proxy` or `box`, else custom.
                     * @enum {string}
                     */
                    kind?: "runtime" | "proxy" | "box" | "custom";
                    level?: number;
                    run_list?: string[];
                    /** @description Write-only. Default: a pair made for the layer. */
                    ssh_private_key?: string;
                    ssh_public_key?: string;
                    ssh_username?: string;
                    /** @description What process types may ask for of its nodes (see Tags); of layers of kind runtime and box. */
                    tags?: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Layer"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_layers_layer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                layer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Layer"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_layers_layer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                layer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    patch_formations_formation_layers_layer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
            };
            path: {
                formation: string;
                layer: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    attributes?: {
                        [key: string]: unknown;
                    };
                    environment?: string;
                    flavor?: string;
                    level?: number;
                    run_list?: string[];
                    /** @description What is not named stays; null takes a tag away. Containers are placed again. */
                    tags?: {
                        [key: string]: string | null;
                    };
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Layer"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_limits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_limits: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    cpus?: {
                        [key: string]: number | null;
                    };
                    memory?: {
                        [key: string]: string | number | null;
                    };
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_logs: {
        parameters: {
            query?: {
                grep?: string;
                lines?: number;
                ps?: string;
                since?: string;
                source?: "app" | "deis";
                until?: string;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A line each: `2026-01-01T00:00:00.000Z app[web.1]: text`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_logs_follow: {
        parameters: {
            query?: {
                grep?: string;
                lines?: number;
                ps?: string;
                since?: string;
                source?: "app" | "deis";
                until?: string;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `line` ({text}), without end; `error` (a problem) when you may not have them any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_logs_kept: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        bytes: number;
                        files: number;
                        from: string | null;
                        max_bytes: number;
                        max_days: number;
                        /** @enum {string} */
                        server: "running" | "away" | "none";
                        to: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_maintenance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Maintenance"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_maintenance: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    enabled: boolean;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_metrics: {
        parameters: {
            query?: {
                since?: string;
                steps?: number;
                until?: string;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metrics"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_move: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Once no name leads to its former host any more, or after a move that has left something: what is there of it goes.
                     * @constant
                     */
                    finish?: true;
                    /**
                     * @description To nodes of its own: layers that it has beside its host, with a proxy and a runtime node that are ready. Its host passes on as above, and `on` of the result is null.
                     * @constant
                     */
                    off?: true;
                    /** @description A formation of `GET /api/hosts`, on whose nodes it is to live. The proxies of its former host then pass on what still reaches them. The operation's result has `on`, `passed_on_by`, `names` (to be pointed elsewhere in the DNS), `addresses` (where to) and `containers` that serve. */
                    on?: string;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_nodes: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Node"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_nodes: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    address: string;
                    host_key: string;
                    layer: string;
                    private_address?: string;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_nodes_node: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_nodes_node: {
        parameters: {
            query?: {
                confirm?: string;
                keep?: "true" | "false";
                purge_data?: "true" | "false";
            };
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_nodes_node_cordon: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_nodes_node_drain: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_nodes_node_host_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostKey"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_nodes_node_replace: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_nodes_node_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    command: string;
                };
            };
        };
        responses: {
            /** @description `output` ({stream, text}; {stream, base64} of bytes that are no text) as it comes, at last `exit` ({code}) or `error` (a problem). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_nodes_node_trust: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    host_key: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_nodes_node_uncordon: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_nodes_node_upgrade: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
                node: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Whether it reboots where what was upgraded needs that; otherwise that is said.
                     * @default false
                     */
                    reboot?: boolean;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_operations: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Operation"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_perms: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Perm"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_perms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default collaborator
                     * @enum {string}
                     */
                    role?: "viewer" | "collaborator" | "admin";
                    username: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        role: "viewer" | "collaborator" | "admin";
                        username: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_perms_username: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_proxy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProxySettings"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_proxy: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    algorithm?: ("round_robin" | "least_conn" | "ip_hash") | null;
                    allow?: string[] | null;
                    body_size?: string | number | null;
                    enforce_https?: boolean | null;
                    /** @description By status, or `maintenance`: a URL that is fetched once, now; null: the proxies' own page. */
                    error_page?: {
                        [key: string]: string | null;
                    } | null;
                    hsts?: number | null;
                    hsts_preload?: boolean | null;
                    hsts_subdomains?: boolean | null;
                    mode?: ("http" | "tcp") | null;
                    /** @description With mode tcp; where none is named, the controller gives one from 10000 on. */
                    port?: number | null;
                    proxy_protocol?: boolean | null;
                    rate_burst?: number | null;
                    rate_limit?: string | null;
                    timeout?: number | null;
                    trusted?: string[] | null;
                    type?: string | null;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_quotas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Null: those to come. */
                        guest: string | null;
                        /** @description Of those to come: how many each person may have who has no role in the host; null: as many as they like. */
                        guests: number | null;
                        quota: components["schemas"]["Quota"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_quotas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    containers?: number | null;
                    cpus?: number | null;
                    disk?: string | number | null;
                    /** @description A formation on its nodes; without it: those to come. */
                    guest?: string | null;
                    /** @description How many each person may have who has no role in the host; only without `guest`. The first quota of guests to come brings 3 where this is not given. */
                    guests?: number | null;
                    memory?: string | number | null;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Null: those to come. */
                        guest: string | null;
                        /** @description Of those to come: how many each person may have who has no role in the host; null: as many as they like. */
                        guests: number | null;
                        quota: components["schemas"]["Quota"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_releases: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Release"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_releases_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Release"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_releases_version_output: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseOutput"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_releases_retry: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_releases_rollback: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    release?: number;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_restart: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    num?: number;
                    /** @description Process type; all of them when absent. */
                    type?: string;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_run: {
        parameters: {
            query: {
                protocol: "1";
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The client says first `{command, env, terminal: {rows, columns, term} or null}`; then its binary messages are input, and its texts `{resize: {rows, columns}}`, `{signal: "INT"}` or `{eof: true}`. The controller answers binary messages, the first byte 1 for stdout or 2 for stderr, and at last the text `{exit: code}` or `{error: problem}`. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    command: string;
                    /** @description Wins over the app's config. */
                    env?: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description `output` ({stream, text}; {stream, base64} of bytes that are no text), at last `exit` ({code}); `error` (problem details) when it could not be run to its end. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_runs: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Run"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_runs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    command: string;
                    /** @description Wins over the app's config. */
                    env?: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_runs_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_scale_containers: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: number;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_scale_layers: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: number;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_services: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Service"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_services: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A formation of mode tcp in which you may `use` it. */
                    service: string;
                    /** @description What the variable holds, with `{host}:{port}` where the address belongs; default: `tcp://{host}:{port}`. */
                    template?: string;
                    /** @description Of the config; default: the service's name, e.g. `ORDERS_DB_URL`. */
                    variable?: string;
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_services_variable: {
        parameters: {
            query?: never;
            header?: {
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
                variable: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_tags: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tags"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_tags: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    tags: {
                        [key: string]: {
                            [key: string]: string | null;
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_formations_formation_timeouts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeouts"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_timeouts: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
                /** @description `respond-async`: answer at once with the operation, 202. */
                Prefer?: string;
            };
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    timeouts: {
                        [key: string]: number | null;
                    };
                };
            };
        };
        responses: {
            /** @description The operation has ended; its `state` says how. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_formations_formation_transfer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    username: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_formations_formation_transfer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                formation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_hosts: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Host"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_info: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Info"];
                };
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_keys: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Key"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id?: string;
                    public: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_keys_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_keys_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_open_alerts: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["OpenAlert"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_operations_operation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_operations_operation_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_operations_operation_events: {
        parameters: {
            query?: {
                lines?: "together";
            };
            header?: {
                /** @description Begin after this event. */
                "Last-Event-ID"?: string;
            };
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events `step-started`, `step-ended`, `heartbeat` (`doing`: what a node is at), `line` and at last `end`, each with an `id` and one line of JSON; `error` (a problem) when you may not have them any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_operations_operation_newest: {
        parameters: {
            query?: {
                lines?: number;
            };
            header?: never;
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewestEvents"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_passkey_challenges: {
        parameters: {
            query?: never;
            header?: {
                /** @description `1`: this, and each change that comes with the cookie, needs it. */
                "X-Deis-CSRF"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description For `navigator.credentials`, as JSON of WebAuthn. The challenge is good once, for five minutes. */
                        options: {
                            challenge: string;
                        } & {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_passkey_registrations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of your authenticator app, or a recovery code, where you have set one up. */
                    code?: string;
                    id: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description For `navigator.credentials`, as JSON of WebAuthn. The challenge is good once, for five minutes. */
                        options: {
                            challenge: string;
                        } & {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_passkey_sessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description `1`: this, and each change that comes with the cookie, needs it. */
                "X-Deis-CSRF"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description `AuthenticationResponseJSON` of WebAuthn. */
                    credential: {
                        /** @default {} */
                        clientExtensionResults?: Record<string, never>;
                        id: string;
                        rawId: string;
                        response: {
                            authenticatorData: string;
                            clientDataJSON: string;
                            signature: string;
                            userHandle?: string;
                        };
                        /** @constant */
                        type: "public-key";
                    };
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewSession"];
                };
            };
            400: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_passkeys: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Passkey"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_passkeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description `RegistrationResponseJSON` of WebAuthn. */
                    credential: {
                        /** @default {} */
                        clientExtensionResults?: Record<string, never>;
                        id: string;
                        rawId: string;
                        response: {
                            attestationObject: string;
                            clientDataJSON: string;
                            /** @default [] */
                            transports?: string[];
                        };
                        /** @constant */
                        type: "public-key";
                    };
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_passkeys_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_provider_types: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["ProviderType"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_providers: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Provider"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    creds?: {
                        [key: string]: unknown;
                    };
                    id: string;
                    type: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_providers_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_providers_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    patch_providers_provider: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of what the change was made from; when it has changed since, nothing is done (412). */
                "If-Match"?: string;
            };
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    creds: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_providers_provider_orphans: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: components["schemas"]["Orphan"][];
                        /** @description Regions that the cloud did not let us look at, and what it said. */
                        unseen: {
                            place: string;
                            reason: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_providers_provider_orphans: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: components["schemas"]["Orphan"][];
                        /** @description Regions that the cloud did not let us look at, and what it said. */
                        unseen: {
                            place: string;
                            reason: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_sessions: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Session"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_sessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description `1`: this, and each change that comes with the cookie, needs it. */
                "X-Deis-CSRF"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of your authenticator app, or a recovery code, where you have set one up. */
                    code?: string;
                    password: string;
                    username: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewSession"];
                };
            };
            400: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_sessions_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_tokens: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Token"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description How long it is good: no longer than the token that makes it. Default: as long as that, or until it is revoked. */
                    days?: number;
                    /** @description Of a deploy token. */
                    formation?: string;
                    /** @default token */
                    name?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "read" | "deploy";
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_tokens_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_transfers: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: components["schemas"]["Transfer"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_transfers_transfer_accept: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transfer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        owner: string;
                        /** @description It was a default host, and is none any more: you are no admin of the platform. */
                        was_default_host: boolean;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_transfers_transfer_decline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transfer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_users: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `next` and `previous` lead to its neighbours. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many the list has in all. */
                        count: number;
                        /** @description Path of the next page, or null. */
                        next: string | null;
                        /** @description Path of the page before, or null. */
                        previous: string | null;
                        results: {
                            /** Format: date-time */
                            created_at: string;
                            email: string;
                            is_admin: boolean;
                            username: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_users_invite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: email */
                    email?: string;
                };
            };
        };
        responses: {
            /** @description Created; where it has an address, `Location` names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        code: string;
                        /** Format: date-time */
                        expires_at: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    post_users_registration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    mode: "open" | "invite" | "closed";
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        registration: "open" | "invite" | "closed";
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
}
