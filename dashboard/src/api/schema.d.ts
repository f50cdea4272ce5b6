// Made by `npm run types` from the program's OpenAPI document. Do not edit.

export interface paths {
    "/api/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Agents
         * @description All agents, by name, and what is wrong with their files.
         */
        get: operations["list_agents_api_agents_get"];
        put?: never;
        /**
         * Create
         * @description A new one, live at once. 409 when the name is taken.
         */
        post: operations["create_api_agents_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show
         * @description One, as it is in force.
         */
        get: operations["show_api_agents__name__get"];
        /**
         * Update
         * @description Change one; its other files stay. One that comes with the program is overridden by what is sent.
         */
        put: operations["update_api_agents__name__put"];
        post?: never;
        /**
         * Delete
         * @description Delete it; where it stood for one that comes with the program, that is in force again.
         */
        delete: operations["delete_api_agents__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{name}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable
         * @description Switch it off. 409 for one that the machine needs.
         */
        post: operations["disable_api_agents__name__disable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{name}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable
         * @description Switch it on again.
         */
        post: operations["enable_api_agents__name__enable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{name}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export
         * @description What it consists of, to be uploaded again; secrets are not in it.
         */
        get: operations["export_api_agents__name__export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{name}/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revert
         * @description Bring back the version before the last save or deletion; once more, and the newer one is back.
         */
        post: operations["revert_api_agents__name__revert_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/describe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Describe Agent
         * @description Have an agent written from a description; takes as long as the model does. Nothing is saved.
         */
        post: operations["describe_agent_api_agents_describe_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview
         * @description What would be saved, and nothing is.
         */
        post: operations["preview_api_agents_preview_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload
         * @description Create from files: a folder, a zip or tar(.gz) of it, or the one file. `preview=true` only shows.
         */
        post: operations["upload_api_agents_upload_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Approvals
         * @description Those in `status`, of one task or of all that the caller sees; with neither, those that are pending.
         */
        get: operations["list_approvals_api_approvals_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Approval
         * @description One approval.
         */
        get: operations["get_approval_api_approvals__approval_id__get"];
        put?: never;
        /**
         * Answer Approval
         * @description Answer it. 409 when it is not pending any more.
         */
        post: operations["answer_approval_api_approvals__approval_id__post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Attach
         * @description Keep files until a message comes with them, at most a day: text in UTF-8, PNG, JPEG, GIF, WebP or PDF, each of
         *     at most 10 MiB, 25 MiB in all. Their ids go into `attachments` of `POST /api/chat` or `POST /api/tasks`.
         */
        post: operations["attach_api_attachments_post"];
        delete?: never;
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
         * List Audit
         * @description Newest first. `status` is null where the machine stopped before it knew how an act ended.
         */
        get: operations["list_audit_api_audit_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Actions
         * @description What was ever done here, by its name: what `action` can ask for.
         */
        get: operations["list_actions_api_audit_actions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Audit
         * @description All of it, newest first, as lines of JSON or as CSV.
         */
        get: operations["export_audit_api_audit_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept Invitation
         * @description Use an invitation up: become a user, and sign in. 409 when the name is taken; the link works on then.
         */
        post: operations["accept_invitation_api_auth_invite_post"];
        delete?: never;
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
        /**
         * Log In
         * @description Use a one-time link up, or give name and password. The login is in an HttpOnly cookie that goes to this machine's
         *     own pages only.
         */
        post: operations["log_in_api_auth_login_post"];
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
        /**
         * Log Out
         * @description End the login that was presented. A token is not ended by this: revoke it under /api/tokens.
         */
        post: operations["log_out_api_auth_logout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Me
         * @description Who the caller is.
         */
        get: operations["me_api_auth_me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set Password
         * @description Set one's own password. One's other logins end; tokens stay.
         */
        put: operations["set_password_api_auth_password_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set Up
         * @description Use a login link up to give the machine's own administrator a name and a password, and sign in.
         *
         *     Their other logins end. 409 when the name is another person's.
         */
        post: operations["set_up_api_auth_setup_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Backups
         * @description Those in the data folder, the newest first, and what is being made.
         */
        get: operations["list_backups_api_backups_get"];
        put?: never;
        /**
         * Make Backup
         * @description Begin a backup; the list says when it is there, or why it is not. One at a time. Workspaces are not in it.
         */
        post: operations["make_backup_api_backups_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backups/{name}": {
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
         * Delete Backup
         * @description Remove one for good.
         */
        delete: operations["delete_backup_api_backups__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backups/{name}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download Backup
         * @description The file. Who has it has the machine's secrets, unless it is encrypted: the audit log says who took it.
         */
        get: operations["download_backup_api_backups__name__content_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Budgets
         * @description How the budgets of today stand: for administrators all, for others their own and which others are used up.
         */
        get: operations["get_budgets_api_budgets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budgets/agents/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set Agent Budget
         * @description What the work of one agent may cost a day: `daily_budget_usd` in its agent.yaml, whose comments are lost.
         */
        put: operations["set_agent_budget_api_budgets_agents__name__put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budgets/machine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set Machine Budget
         * @description What all work together may cost a day. In force at once: tasks that it held back and holds back no more go on.
         */
        put: operations["set_machine_budget_api_budgets_machine_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budgets/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set User Budget
         * @description What the work of one person may cost a day, whichever door it came through.
         */
        put: operations["set_user_budget_api_budgets_users__user_id__put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Conversations
         * @description Conversations with the Brain, those with the newest message first.
         */
        get: operations["list_conversations_api_chat_get"];
        put?: never;
        /**
         * Chat
         * @description Say something. The answer comes as events of the task, and as `chat.reply` in the machine's feed.
         */
        post: operations["chat_api_chat_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Conversation
         * @description One conversation with its messages, newest first, long texts cut short; their events have the whole.
         */
        get: operations["get_conversation_api_chat__conversation_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Conversation
         * @description Take it out of the list, and remove the files that were attached. Its tasks, with what they cost, stay.
         *
         *     409 while an answer is under way. Another message in it brings it back.
         */
        delete: operations["delete_conversation_api_chat__conversation_id__delete"];
        options?: never;
        head?: never;
        /**
         * Rename Conversation
         * @description Call it something else.
         */
        patch: operations["rename_conversation_api_chat__conversation_id__patch"];
        trace?: never;
    };
    "/api/costs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Costs
         * @description What tasks cost that were made in these days: one's own, for an administrator everybody's.
         */
        get: operations["costs_api_costs_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Credentials
         * @description Whether Claude Code can work, how it logs in, and whether a real request last went through. Asks nobody.
         */
        get: operations["get_credentials_api_credentials_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credentials/api-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Put Api Key
         * @description Use an API key, in place of what the environment gives. It is tried first.
         */
        put: operations["put_api_key_api_credentials_api_key_put"];
        post?: never;
        /**
         * Delete Api Key
         * @description Forget the API key that is kept here.
         */
        delete: operations["delete_api_key_api_credentials_api_key_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credentials/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin Login
         * @description Begin Claude Code's own login. It waits for its code for 10 minutes; beginning anew ends the one before.
         */
        post: operations["begin_login_api_credentials_login_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credentials/login/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete Login
         * @description Hand the code of that login over, and use what comes of it.
         */
        post: operations["complete_login_api_credentials_login_code_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credentials/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log Out
         * @description Forget the login file and the keys kept here. What the environment gives stays.
         */
        post: operations["log_out_api_credentials_logout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credentials/oauth-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Put Oauth Token
         * @description Use a token that `claude setup-token` has made. It is tried first.
         */
        put: operations["put_oauth_token_api_credentials_oauth_token_put"];
        post?: never;
        /**
         * Delete Oauth Token
         * @description Forget the token that is kept here.
         */
        delete: operations["delete_oauth_token_api_credentials_oauth_token_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credentials/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload
         * @description Put a login file in force: a file of a form, or the JSON itself. It is checked, then tried with a real request,
         *     then kept; when it is refused, the one that was there stays.
         */
        post: operations["upload_api_credentials_upload_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credentials/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Validate
         * @description Make one real request with the login in force. Asked again within 10 s, the answer is the last one.
         */
        post: operations["validate_api_credentials_validate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List All Deliveries
         * @description What came in through any webhook, newest first. `next_cursor` is null on the last page.
         */
        get: operations["list_all_deliveries_api_deliveries_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/disk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Disk
         * @description Bytes by part of the data folder (as old as five minutes), what is free, and what is kept for how long.
         */
        get: operations["get_disk_api_disk_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/env": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Variables
         * @description The variables there are, by name, and who names them.
         */
        get: operations["list_variables_api_env_get"];
        put?: never;
        /**
         * Import Variables
         * @description Set what a `.env` file sets, sent as a file of a form or as text.
         */
        post: operations["import_variables_api_env_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/env/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set Variable
         * @description Set a variable, in place of what was there. Tasks that start from now on get it.
         */
        put: operations["set_variable_api_env__name__put"];
        post?: never;
        /**
         * Delete Variable
         * @description Delete a variable; tasks that run keep what they were given.
         */
        delete: operations["delete_variable_api_env__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Health
         * @description Look at computer, data folder, Claude Code, database and login, as `machine doctor` does. For administrators.
         */
        get: operations["get_health_api_health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Invitations
         * @description The newest 1,000, used and revoked ones too, without their links. For administrators.
         */
        get: operations["list_invitations_api_invitations_get"];
        put?: never;
        /**
         * Create Invitation
         * @description A link for one person. It is in this answer and never again. For administrators.
         */
        post: operations["create_invitation_api_invitations_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invitations/{invitation_id}": {
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
         * Revoke Invitation
         * @description Make a link useless that was not used yet. For administrators.
         */
        delete: operations["revoke_invitation_api_invitations__invitation_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/logins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Logins
         * @description The caller's logins; everybody's for an administrator.
         */
        get: operations["list_logins_api_logins_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/logins/{login_id}": {
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
         * End Login
         * @description Sign a browser out at once; its open connections are closed.
         */
        delete: operations["end_login_api_logins__login_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/machines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Machines
         * @description All that are there, and those that were a week ago or have tasks still. By name.
         */
        get: operations["list_machines_api_machines_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/machines/{machine_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Machine
         * @description One machine.
         */
        get: operations["get_machine_api_machines__machine_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/machines/{machine_id}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Drain Machine
         * @description Let it take no more tasks; what it runs goes on. 409 for one that is lost, gone, or works alone.
         */
        post: operations["drain_machine_api_machines__machine_id__drain_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/machines/{machine_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Machine
         * @description Let it take tasks again, within a third of its lease.
         */
        post: operations["resume_machine_api_machines__machine_id__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Channels
         * @description By name, each with how the last notice went.
         */
        get: operations["list_channels_api_notifications_get"];
        put?: never;
        /**
         * Add Channel
         * @description Tell these occasions there from now on.
         */
        post: operations["add_channel_api_notifications_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/{name}": {
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
         * Delete Channel
         * @description Forget it, its address, and what was still to be told there.
         */
        delete: operations["delete_channel_api_notifications__name__delete"];
        options?: never;
        head?: never;
        /**
         * Change Channel
         * @description Other occasions, or on and off. Another address is another channel.
         */
        patch: operations["change_channel_api_notifications__name__patch"];
        trace?: never;
    };
    "/api/notifications/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Channel
         * @description Send a test there now. 200 whether it arrives or not.
         */
        post: operations["test_channel_api_notifications__name__test_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Schedules
         * @description All schedules, by name, and what is wrong with their files.
         */
        get: operations["list_schedules_api_schedules_get"];
        put?: never;
        /**
         * Create
         * @description A new one, live at once. 409 when the name is taken.
         */
        post: operations["create_api_schedules_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show
         * @description One, as it is in force.
         */
        get: operations["show_api_schedules__name__get"];
        /**
         * Update
         * @description Change one; its other files stay. One that comes with the program is overridden by what is sent.
         */
        put: operations["update_api_schedules__name__put"];
        post?: never;
        /**
         * Delete
         * @description Delete it; where it stood for one that comes with the program, that is in force again.
         */
        delete: operations["delete_api_schedules__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{name}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export
         * @description What it consists of, to be uploaded again; secrets are not in it.
         */
        get: operations["export_api_schedules__name__export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{name}/owner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give Schedule
         * @description Make it somebody else's; without `user`, yours. What it starts from now on are their tasks.
         */
        post: operations["give_schedule_api_schedules__name__owner_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause Schedule
         * @description Start nothing more until it is resumed; what runs goes on.
         */
        post: operations["pause_schedule_api_schedules__name__pause_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Schedule
         * @description Go on with the next time; those that came meanwhile are not made up for.
         */
        post: operations["resume_schedule_api_schedules__name__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{name}/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revert
         * @description Bring back the version before the last save or deletion; once more, and the newer one is back.
         */
        post: operations["revert_api_schedules__name__revert_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run Schedule
         * @description Start its task now, as its owner. 409 when what it does on overlap leaves it out.
         */
        post: operations["run_schedule_api_schedules__name__run_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{name}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Runs
         * @description What became of its times, newest first; the newest 100 are kept.
         */
        get: operations["list_runs_api_schedules__name__runs_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/describe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Describe Schedule
         * @description Have a schedule written from a description; takes as long as the model does. Nothing is saved.
         *
         *     Where the description names no time zone and no place, the draft says none: it is UTC unless you fill it in.
         */
        post: operations["describe_schedule_api_schedules_describe_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Explain
         * @description What an expression means in words, and when it would come next.
         */
        post: operations["explain_api_schedules_explain_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview
         * @description What would be saved, and nothing is.
         */
        post: operations["preview_api_schedules_preview_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload
         * @description Create from files: a folder, a zip or tar(.gz) of it, or the one file. `preview=true` only shows.
         */
        post: operations["upload_api_schedules_upload_post"];
        delete?: never;
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
        /**
         * List Sessions
         * @description The caller's sessions; everybody's for an administrator.
         */
        get: operations["list_sessions_api_sessions_get"];
        put?: never;
        /**
         * Create Session
         * @description An id for `/ws/{session_id}`.
         */
        post: operations["create_session_api_sessions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Session
         * @description One session, with what its tasks cost and which of them are active.
         */
        get: operations["get_session_api_sessions__session_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/skills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Skills
         * @description All skills, by name, and what is wrong with their files.
         */
        get: operations["list_skills_api_skills_get"];
        put?: never;
        /**
         * Create
         * @description A new one, live at once. 409 when the name is taken.
         */
        post: operations["create_api_skills_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/skills/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show
         * @description One, as it is in force.
         */
        get: operations["show_api_skills__name__get"];
        /**
         * Update
         * @description Change one; its other files stay. One that comes with the program is overridden by what is sent.
         */
        put: operations["update_api_skills__name__put"];
        post?: never;
        /**
         * Delete
         * @description Delete it; where it stood for one that comes with the program, that is in force again.
         */
        delete: operations["delete_api_skills__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/skills/{name}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable
         * @description Switch it off. 409 for one that the machine needs.
         */
        post: operations["disable_api_skills__name__disable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/skills/{name}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable
         * @description Switch it on again.
         */
        post: operations["enable_api_skills__name__enable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/skills/{name}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export
         * @description What it consists of, to be uploaded again; secrets are not in it.
         */
        get: operations["export_api_skills__name__export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/skills/{name}/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revert
         * @description Bring back the version before the last save or deletion; once more, and the newer one is back.
         */
        post: operations["revert_api_skills__name__revert_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/skills/describe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Describe Skill
         * @description Have a skill written from a description; takes as long as the model does. Nothing is saved.
         */
        post: operations["describe_skill_api_skills_describe_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/skills/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview
         * @description What would be saved, and nothing is.
         */
        post: operations["preview_api_skills_preview_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/skills/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload
         * @description Create from files: a folder, a zip or tar(.gz) of it, or the one file. `preview=true` only shows.
         */
        post: operations["upload_api_skills_upload_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Status
         * @description What it does, whether Claude Code can work, and who asks.
         */
        get: operations["get_status_api_status_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tasks
         * @description Newest first, long texts cut short. `next_cursor` is null on the last page.
         *
         *     A search (`q`) looks at 20,000 tasks at a time: a page of it may have few or no items, and yet a cursor to go on.
         */
        get: operations["list_tasks_api_tasks_get"];
        put?: never;
        /**
         * Create Task
         * @description Start a task. It is stored when this answers.
         */
        post: operations["create_task_api_tasks_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Task
         * @description One task, with the end of what its agent has written.
         */
        get: operations["get_task_api_tasks__task_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/approve-plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve Plan
         * @description The executor's task for the plan that a task of `planning` has completed with. 409 when there is one already.
         */
        post: operations["approve_plan_api_tasks__task_id__approve_plan_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Diff Of Task
         * @description What the task has made of its code, as a unified diff against its base: commits, and what is not committed.
         */
        get: operations["diff_of_task_api_tasks__task_id__diff_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Events
         * @description Events with `seq` > `after`, oldest first. `last_seq` is the newest there is: ask again until you are there.
         */
        get: operations["list_events_api_tasks__task_id__events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Files
         * @description One folder of the task's workspace: at most 1,000 entries.
         */
        get: operations["list_files_api_tasks__task_id__files_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/files/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read File
         * @description One file of at most 10 MiB: text as `text/plain`, all else to be saved. Known secrets are taken out of it.
         */
        get: operations["read_file_api_tasks__task_id__files_content_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/input": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send Input
         * @description Say something to a task. One that has ended is followed up by another, whose id is in the answer.
         */
        post: operations["send_input_api_tasks__task_id__input_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/let-through": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let Task Through
         * @description Let a task that a budget of the day holds back go on today. 409 for one that none holds back.
         */
        post: operations["let_task_through_api_tasks__task_id__let_through_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Output
         * @description All text that the agent has written so far, as plain text.
         */
        get: operations["get_output_api_tasks__task_id__output_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/push": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Push Task
         * @description Push the task's branch with the credentials that belong to its code. What is not committed stays where it is.
         */
        post: operations["push_task_api_tasks__task_id__push_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/reply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry Reply
         * @description Try a reply again that was given up. Look first whether it is there, where its `last_error` says nobody knows.
         */
        post: operations["retry_reply_api_tasks__task_id__reply_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry Task
         * @description A new task with the same wish.
         */
        post: operations["retry_task_api_tasks__task_id__retry_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/routing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Correct Routing
         * @description Give the task to another agent. 200: the same task, which was still queued; 201: a new task in its place.
         *
         *     With `rule` the answer shows what the agent would become; with `make_rule`, too, it is saved.
         */
        post: operations["correct_routing_api_tasks__task_id__routing_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{task_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Task
         * @description Answers when it has stopped: after `interrupt` the turn, after `stop` all its processes.
         *
         *     A task that had ended before stays as it is.
         */
        post: operations["stop_task_api_tasks__task_id__stop_post"];
        delete?: never;
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
        /**
         * List Tokens
         * @description The caller's tokens, without their secrets; everybody's for an administrator.
         */
        get: operations["list_tokens_api_tokens_get"];
        put?: never;
        /**
         * Create Token
         * @description A token that reaches no further and lasts no longer than the caller's own. Its secret is in this answer only.
         */
        post: operations["create_token_api_tokens_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/{token_id}": {
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
         * Revoke Token
         * @description End a token at once; its open connections are closed.
         */
        delete: operations["revoke_token_api_tokens__token_id__delete"];
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
         * List Users
         * @description All people, oldest first. For administrators.
         */
        get: operations["list_users_api_users_get"];
        put?: never;
        /**
         * Create User
         * @description Make a person with a first password. 409 when the name is taken. For administrators.
         */
        post: operations["create_user_api_users_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get User
         * @description One person: oneself, or anybody for administrators.
         */
        get: operations["get_user_api_users__user_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete User
         * @description Delete a person: their logins and tokens end, their tasks stay. For administrators.
         */
        delete: operations["delete_user_api_users__user_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change User
         * @description Change a person: one's own name, or anything for administrators. In force at once.
         *
         *     409 when the name is taken, and for the last administrator who can come in.
         */
        patch: operations["change_user_api_users__user_id__patch"];
        trace?: never;
    };
    "/api/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Webhooks
         * @description All webhooks, by name, and what is wrong with their files.
         */
        get: operations["list_webhooks_api_webhooks_get"];
        put?: never;
        /**
         * Create
         * @description A new one, live at once. 409 when the name is taken.
         */
        post: operations["create_api_webhooks_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show
         * @description One, as it is in force.
         */
        get: operations["show_api_webhooks__name__get"];
        /**
         * Update
         * @description Change one; its other files stay. One that comes with the program is overridden by what is sent.
         */
        put: operations["update_api_webhooks__name__put"];
        post?: never;
        /**
         * Delete
         * @description Delete it; where it stood for one that comes with the program, that is in force again.
         */
        delete: operations["delete_api_webhooks__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Deliveries
         * @description What came in, newest first, also of a webhook that is deleted. `next_cursor` is null on the last page.
         */
        get: operations["list_deliveries_api_webhooks__name__deliveries_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/deliveries/{delivery_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay
         * @description Take a stored delivery in once more, as a new one, by what the webhook says now.
         */
        post: operations["replay_api_webhooks__name__deliveries__delivery_id__replay_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable
         * @description Switch it off. 409 for one that the machine needs.
         */
        post: operations["disable_api_webhooks__name__disable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable
         * @description Switch it on again.
         */
        post: operations["enable_api_webhooks__name__enable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export
         * @description What it consists of, to be uploaded again; secrets are not in it.
         */
        get: operations["export_api_webhooks__name__export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/owner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give Webhook
         * @description Make it somebody else's; without `user`, yours. What it starts from now on are their tasks.
         */
        post: operations["give_webhook_api_webhooks__name__owner_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume
         * @description Let triggers that failed too often in a row start tasks again. What came in meanwhile can be replayed.
         */
        post: operations["resume_api_webhooks__name__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revert
         * @description Bring back the version before the last save or deletion; once more, and the newer one is back.
         */
        post: operations["revert_api_webhooks__name__revert_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * New Secret
         * @description Give a webhook a fresh secret, shown this once; the old one is accepted until `old_secret_until`.
         */
        post: operations["new_secret_api_webhooks__name__secret_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{name}/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Simulate
         * @description What the webhook would make of a payload. Starts nothing.
         */
        post: operations["simulate_api_webhooks__name__simulate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/describe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Describe Webhook
         * @description Have a webhook written from a description; takes as long as the model does. Nothing is saved.
         */
        post: operations["describe_webhook_api_webhooks_describe_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview
         * @description What would be saved, and nothing is.
         */
        post: operations["preview_api_webhooks_preview_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload
         * @description Create from files: a folder, a zip or tar(.gz) of it, or the one file. `preview=true` only shows.
         */
        post: operations["upload_api_webhooks_upload_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Healthz
         * @description The process answers.
         */
        get: operations["healthz_healthz_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Metrics
         * @description Prometheus' text format. A token with the scope `metrics` reaches this and nothing else.
         */
        get: operations["get_metrics_metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readyz
         * @description 503 while the machine drains and takes no new tasks.
         */
        get: operations["readyz_readyz_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receive
         * @description Take a delivery in. It is stored, with the tasks that it starts, when this answers.
         */
        post: operations["receive_webhooks__name__post"];
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
        /**
         * AcceptInvitation
         * @description The secret of an invitation; `name` may be left out where the invitation names somebody.
         */
        AcceptInvitation: {
            /** Name */
            name?: string | null;
            /**
             * Password
             * Format: password
             */
            password: string;
            /** Secret */
            secret: string;
        };
        /**
         * Ack
         * @description The message with this id was done; `data` says what came of it.
         */
        Ack: {
            /**
             * Data
             * @default {}
             */
            data: {
                [key: string]: unknown;
            };
            /** Id */
            id: string | number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "ack";
        };
        /**
         * Actor
         * @description Who caused an event. `login` is set only where the provider keeps it unique; `name` is free text.
         */
        Actor: {
            /**
             * Association
             * @default
             */
            association: string;
            /**
             * Id
             * @default
             */
            id: string;
            /**
             * Is Bot
             * @default false
             */
            is_bot: boolean;
            /**
             * Login
             * @default
             */
            login: string;
            /**
             * Name
             * @default
             */
            name: string;
        };
        /**
         * AgentDetail
         * @description An agent, whole, as it is in force.
         */
        AgentDetail: {
            /** Builtin */
            builtin: boolean;
            /** Commands */
            commands: string[];
            /** Content Hash */
            content_hash: string;
            /** Description */
            description: string;
            /** Enabled */
            enabled: boolean;
            /** Executables */
            executables: string[];
            /** Faults */
            faults: components["schemas"]["DefinitionFault"][];
            /** Files */
            files: components["schemas"]["FileInfo"][];
            /** Instructions */
            instructions: string;
            /** Name */
            name: string;
            /** Overrides Builtin */
            overrides_builtin: boolean;
            /** Revertible */
            revertible: boolean;
            /** Scripts */
            scripts: string[];
            settings: components["schemas"]["AgentFields"];
            /** Tools */
            tools: string[];
            /** Warnings */
            warnings: string[];
            /** When To Use */
            when_to_use: string;
        };
        /**
         * AgentFields
         * @description What people may say about an agent besides its instructions.
         */
        AgentFields: {
            /**
             * Allowed Tools
             * @default []
             */
            allowed_tools: string[];
            /** Claude Code */
            claude_code?: {
                [key: string]: unknown;
            };
            code?: components["schemas"]["CodeSource"] | null;
            /** Daily Budget Usd */
            daily_budget_usd?: number | null;
            /** Description */
            description: string;
            /**
             * Disallowed Tools
             * @default []
             */
            disallowed_tools: string[];
            /**
             * Labels
             * @default []
             */
            labels: string[];
            /** Max Budget Usd */
            max_budget_usd?: number | null;
            /** Max Concurrent */
            max_concurrent?: number | null;
            /** Max Turns */
            max_turns?: number | null;
            /** Model */
            model?: string | null;
            /** Network */
            network?: ("all" | "none") | string[] | null;
            /**
             * Permission Mode
             * @default acceptEdits
             * @enum {string}
             */
            permission_mode: "default" | "acceptEdits" | "plan" | "dontAsk" | "bypassPermissions";
            /**
             * Priority
             * @default 0
             */
            priority: number;
            /** @default standard */
            profile: components["schemas"]["Profile"];
            /**
             * Routing
             * @default []
             */
            routing: components["schemas"]["RoutingRule"][];
            /**
             * Sandbox
             * @default true
             */
            sandbox: boolean;
            /**
             * Skills
             * @default []
             */
            skills: string[];
            /** Timeout Seconds */
            timeout_seconds?: number | null;
            /** Tools */
            tools?: string[] | null;
            /**
             * Variables
             * @default []
             */
            variables: string[];
            /**
             * When To Use
             * @default
             */
            when_to_use: string;
            /** @default task */
            workspace: components["schemas"]["WorkspaceKind"];
        };
        /**
         * AgentForm
         * @description An agent as it is filled in by hand.
         */
        AgentForm: {
            /**
             * Allowed Tools
             * @default []
             */
            allowed_tools: string[];
            /** Claude Code */
            claude_code?: {
                [key: string]: unknown;
            };
            code?: components["schemas"]["CodeSource"] | null;
            /** Daily Budget Usd */
            daily_budget_usd?: number | null;
            /** Description */
            description: string;
            /**
             * Disallowed Tools
             * @default []
             */
            disallowed_tools: string[];
            /** Instructions */
            instructions: string;
            /**
             * Labels
             * @default []
             */
            labels: string[];
            /** Max Budget Usd */
            max_budget_usd?: number | null;
            /** Max Concurrent */
            max_concurrent?: number | null;
            /** Max Turns */
            max_turns?: number | null;
            /** Model */
            model?: string | null;
            /** Name */
            name: string;
            /** Network */
            network?: ("all" | "none") | string[] | null;
            /**
             * Permission Mode
             * @default acceptEdits
             * @enum {string}
             */
            permission_mode: "default" | "acceptEdits" | "plan" | "dontAsk" | "bypassPermissions";
            /**
             * Priority
             * @default 0
             */
            priority: number;
            /** @default standard */
            profile: components["schemas"]["Profile"];
            /**
             * Routing
             * @default []
             */
            routing: components["schemas"]["RoutingRule"][];
            /**
             * Sandbox
             * @default true
             */
            sandbox: boolean;
            /**
             * Skills
             * @default []
             */
            skills: string[];
            /** Timeout Seconds */
            timeout_seconds?: number | null;
            /** Tools */
            tools?: string[] | null;
            /**
             * Variables
             * @default []
             */
            variables: string[];
            /**
             * When To Use
             * @default
             */
            when_to_use: string;
            /** @default task */
            workspace: components["schemas"]["WorkspaceKind"];
        };
        /** AgentList */
        AgentList: {
            /** Disabled */
            disabled: components["schemas"]["AgentView"][];
            /** Faults */
            faults: components["schemas"]["DefinitionFault"][];
            /** Items */
            items: components["schemas"]["AgentView"][];
        };
        /**
         * AgentStatus
         * @description An agent, a skill, a webhook or a schedule was created, changed, switched on or off, broken or deleted.
         */
        AgentStatus: {
            data: components["schemas"]["DefinitionChange"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "agent.status";
        };
        /**
         * AgentView
         * @description What people choose an agent by.
         */
        AgentView: {
            /** Builtin */
            builtin: boolean;
            /** Description */
            description: string;
            /** Enabled */
            enabled: boolean;
            /** Name */
            name: string;
            /** Overrides Builtin */
            overrides_builtin: boolean;
            /** When To Use */
            when_to_use: string;
        };
        /**
         * Answer
         * @description What a person answered. `answers` maps each question's text to the chosen label, or to the person's own words.
         */
        Answer: {
            /** Answers */
            answers?: {
                [key: string]: string | string[];
            } | null;
            decision: components["schemas"]["Decision"];
            /** Input */
            input?: {
                [key: string]: unknown;
            } | null;
            /** Reason */
            reason?: string | null;
            /**
             * Remember
             * @default false
             */
            remember: boolean;
        };
        /**
         * ApiToken
         * @description A token of a program. The secret is stored as a hash only and shown once, when it is made.
         */
        ApiToken: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Expires At */
            expires_at?: string | null;
            /** Last Used At */
            last_used_at?: string | null;
            /** Name */
            name: string;
            /** Revoked At */
            revoked_at?: string | null;
            /**
             * Scopes
             * @default [
             *       "admin"
             *     ]
             */
            scopes: components["schemas"]["Scope"][];
            /** Token Id */
            token_id: string;
            /** User Id */
            user_id: string;
        };
        /**
         * Approval
         * @description One request of an agent to a person.
         */
        Approval: {
            /** Agent */
            agent: string;
            answer?: components["schemas"]["Answer"] | null;
            /** Answered At */
            answered_at?: string | null;
            /** Answered By */
            answered_by?: string | null;
            /**
             * Applied
             * @default false
             */
            applied: boolean;
            /** Approval Id */
            approval_id: string;
            /** Fingerprint */
            fingerprint: string;
            /** Input */
            input: {
                [key: string]: unknown;
            };
            kind: components["schemas"]["ApprovalKind"];
            /**
             * Requested At
             * Format: date-time
             */
            requested_at: string;
            /** @default pending */
            status: components["schemas"]["ApprovalStatus"];
            /**
             * Suggestions
             * @default []
             */
            suggestions: {
                [key: string]: unknown;
            }[];
            /** Task Id */
            task_id: string;
            /** Title */
            title: string;
            /** Tool Name */
            tool_name: string;
            /** Tool Use Id */
            tool_use_id?: string | null;
            /** User Id */
            user_id: string;
        };
        /** ApprovalAnswer */
        ApprovalAnswer: {
            /**
             * Answers
             * @default null
             */
            answers: {
                [key: string]: string | string[];
            } | null;
            /** Approval Id */
            approval_id: string;
            decision: components["schemas"]["Decision"];
            /** Id */
            id: string | number;
            /**
             * Input
             * @default null
             */
            input: {
                [key: string]: unknown;
            } | null;
            /**
             * Reason
             * @default null
             */
            reason: string | null;
            /**
             * Remember
             * @default false
             */
            remember: boolean;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "approval.answer";
        };
        /**
         * ApprovalAnswered
         * @description The approval is no longer pending: answered, superseded or cancelled; `data.status` says which.
         */
        ApprovalAnswered: {
            data: components["schemas"]["Approval"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "approval.answered";
        };
        /**
         * ApprovalKind
         * @description What the agent, or for a budget the machine, wants to know.
         * @enum {string}
         */
        ApprovalKind: "permission" | "question" | "plan" | "budget";
        /** ApprovalList */
        ApprovalList: {
            /** Items */
            items: components["schemas"]["Approval"][];
        };
        /** ApprovalRequested */
        ApprovalRequested: {
            data: components["schemas"]["Approval"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "approval.requested";
        };
        /**
         * ApprovalStatus
         * @description `superseded`: the agent asked anew, or no longer needs to know. `cancelled`: its task has ended.
         * @enum {string}
         */
        ApprovalStatus: "pending" | "answered" | "superseded" | "cancelled";
        /**
         * ApprovePlan
         * @description What is to be said with the plan; `again` carries out once more what was carried out before.
         */
        ApprovePlan: {
            /**
             * Again
             * @default false
             */
            again: boolean;
            /** Comment */
            comment?: string | null;
        };
        /**
         * Attachment
         * @description A file that a person attached: its name is safe, its type was found in what it holds.
         */
        Attachment: {
            /** Attachment Id */
            attachment_id: string;
            /** Media Type */
            media_type: string;
            /** Name */
            name: string;
            /** Size Bytes */
            size_bytes: number;
        };
        /** AttachmentList */
        AttachmentList: {
            /** Items */
            items: components["schemas"]["Attachment"][];
        };
        /** AuditActions */
        AuditActions: {
            /** Items */
            items: string[];
        };
        /**
         * AuditEntry
         * @description One act. It is written down before it is done; how it ended is added when it has.
         */
        AuditEntry: {
            /** Action */
            action: string;
            /** Address */
            address: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Audit Id */
            audit_id: string;
            /** Credential Id */
            credential_id: string;
            /**
             * Made Id
             * @default
             */
            made_id: string;
            /**
             * Object Id
             * @default
             */
            object_id: string;
            /** Status */
            status?: number | null;
            /** Summary */
            summary?: {
                [key: string]: unknown;
            };
            /** User Id */
            user_id: string;
            /** User Name */
            user_name: string;
            via: components["schemas"]["Via"];
        };
        /** AuditList */
        AuditList: {
            /** Items */
            items: components["schemas"]["AuditEntry"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** AuthStatus */
        AuthStatus: {
            data: components["schemas"]["AuthStatusData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "auth.status";
        };
        /** AuthStatusData */
        AuthStatusData: {
            /**
             * Hint
             * @default
             */
            hint: string;
            /**
             * Message
             * @default
             */
            message: string;
            /**
             * State
             * @enum {string}
             */
            state: "ready" | "expires_soon" | "needs_login" | "refused" | "quota" | "demo" | "unknown";
            /** Until */
            until?: string | null;
        };
        /**
         * BackupFailure
         * @description Why the last one that somebody wished for was not made.
         */
        BackupFailure: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Hint */
            hint: string;
            /** Message */
            message: string;
            /** Name */
            name: string;
        };
        /**
         * BackupFile
         * @description A backup in the data folder.
         */
        BackupFile: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Automatic */
            automatic: boolean;
            /** Encrypted */
            encrypted: boolean;
            /** Name */
            name: string;
            /** Size Bytes */
            size_bytes: number;
        };
        /**
         * BackupList
         * @description The backups in the data folder, the newest first.
         */
        BackupList: {
            /**
             * Database
             * @default
             */
            database: string;
            failure: components["schemas"]["BackupFailure"] | null;
            /** Items */
            items: components["schemas"]["BackupFile"][];
            /**
             * Machine Id
             * @default
             */
            machine_id: string;
            making: components["schemas"]["BackupMaking"] | null;
        };
        /**
         * BackupMaking
         * @description One that is being made.
         */
        BackupMaking: {
            /** Encrypted */
            encrypted: boolean;
            /** Name */
            name: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
        };
        /**
         * BudgetNotice
         * @description What people are told when a budget comes near its end, is used up, or has room again. No amounts: they are not
         *     everybody's to know.
         */
        BudgetNotice: {
            /** Message */
            message: string;
            /** Name */
            name: string;
            scope: components["schemas"]["BudgetScope"];
            /**
             * State
             * @enum {string}
             */
            state: "free" | "near" | "used_up";
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /**
         * BudgetReport
         * @description Budgets of today: the machine, then people, then agents.
         */
        BudgetReport: {
            /** Day */
            day: string;
            /** Items */
            items: components["schemas"]["BudgetView"][];
            /**
             * Resets At
             * Format: date-time
             */
            resets_at: string;
            /**
             * Time Zone
             * @default UTC
             * @constant
             */
            time_zone: "UTC";
        };
        /**
         * BudgetScope
         * @description Whose spending a budget of a day bounds.
         * @enum {string}
         */
        BudgetScope: "machine" | "user" | "agent";
        /**
         * BudgetStatus
         * @description A budget of the day comes near its end, is used up, or has room again.
         */
        BudgetStatus: {
            data: components["schemas"]["BudgetNotice"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "budget.status";
        };
        /**
         * BudgetView
         * @description One budget, and what was spent today. Amounts are null where they are not the caller's to know.
         */
        BudgetView: {
            /** Daily Usd */
            daily_usd: number | null;
            /** Label */
            label: string;
            /** Name */
            name: string;
            scope: components["schemas"]["BudgetScope"];
            /** Spent */
            spent: components["schemas"]["KindSpent"][] | null;
            /** Spent Usd */
            spent_usd: number | null;
            /**
             * State
             * @enum {string}
             */
            state: "free" | "near" | "used_up";
        };
        /** CancelledData */
        CancelledData: {
            /**
             * By
             * @default null
             */
            by: string | null;
            /** @default null */
            changes: components["schemas"]["Changes"] | null;
            cost_kind: components["schemas"]["CostKind"];
            /** Duration Seconds */
            duration_seconds: number;
            /**
             * Reason
             * @default stopped
             */
            reason: string;
            /**
             * Result
             * @default null
             */
            result: string | null;
            usage: components["schemas"]["Usage"];
        };
        /**
         * Changes
         * @description What stood in a task's clone when the task ended, compared with where it began.
         */
        Changes: {
            /** Base Commit */
            base_commit: string;
            /** Branch */
            branch: string;
            /** Commits */
            commits: number;
            /** Deletions */
            deletions: number;
            /** Files */
            files: number;
            /** Head Commit */
            head_commit: string;
            /** Insertions */
            insertions: number;
            /** Uncommitted */
            uncommitted: boolean;
            /** Unpushed */
            unpushed: boolean;
        };
        /**
         * ChannelChange
         * @description What is left out stays.
         */
        ChannelChange: {
            /** Enabled */
            enabled?: boolean | null;
            /** Occasions */
            occasions?: components["schemas"]["Occasion"][] | null;
        };
        /**
         * ChannelKind
         * @description `webhook` is sent and signed as Standard Webhooks prescribe; `slack` is a message that Slack, and what speaks as
         *     it does (Mattermost, Rocket.Chat), takes at an incoming webhook.
         * @enum {string}
         */
        ChannelKind: "webhook" | "slack";
        /** ChannelList */
        ChannelList: {
            /** Items */
            items: components["schemas"]["ChannelView"][];
        };
        /** ChannelMade */
        ChannelMade: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Enabled */
            enabled: boolean;
            /** Host */
            host: string;
            kind: components["schemas"]["ChannelKind"];
            last: components["schemas"]["LastNotice"] | null;
            /** Name */
            name: string;
            /** Occasions */
            occasions: components["schemas"]["Occasion"][];
            /** Signing Secret */
            signing_secret: string | null;
        };
        /**
         * ChannelView
         * @description A channel, without its address.
         */
        ChannelView: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Enabled */
            enabled: boolean;
            /** Host */
            host: string;
            kind: components["schemas"]["ChannelKind"];
            last: components["schemas"]["LastNotice"] | null;
            /** Name */
            name: string;
            /** Occasions */
            occasions: components["schemas"]["Occasion"][];
        };
        /**
         * ChatMessage
         * @description A message to the Brain, or to the named agent; without `conversation_id` it begins a conversation.
         */
        ChatMessage: {
            /** Agent */
            agent?: string | null;
            /**
             * Attachments
             * @default []
             */
            attachments: string[];
            /** Conversation Id */
            conversation_id?: string | null;
            /** Message */
            message: string;
            /** Session Id */
            session_id?: string | null;
        };
        /** ChatReply */
        ChatReply: {
            data: components["schemas"]["ChatReplyData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "chat.reply";
        };
        /** ChatReplyData */
        ChatReplyData: {
            /** Conversation Id */
            conversation_id: string;
            /** Task Id */
            task_id: string;
            /** Text */
            text: string;
        };
        /** ChatSay */
        ChatSay: {
            /**
             * Agent
             * @default null
             */
            agent: string | null;
            /**
             * Conversation Id
             * @default null
             */
            conversation_id: string | null;
            /** Id */
            id: string | number;
            /** Message */
            message: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "chat.message";
        };
        /** ChatTaken */
        ChatTaken: {
            /** Conversation Id */
            conversation_id: string;
            /** Task Id */
            task_id: string;
        };
        /**
         * Checkout
         * @description Which code the task gets. The first two are templates; left alone, they give a merge request's own code.
         */
        Checkout: {
            /** Credentials */
            credentials?: string | null;
            /**
             * Ref
             * @default {{ checkout_ref }}
             */
            ref: string;
            /**
             * Repository
             * @default {{ clone_url }}
             */
            repository: string;
        };
        ClientMessage: components["schemas"]["Subscribe"] | components["schemas"]["Unsubscribe"] | components["schemas"]["Feed"] | components["schemas"]["ChatSay"] | components["schemas"]["TaskSay"] | components["schemas"]["TaskStop"] | components["schemas"]["ApprovalAnswer"];
        /**
         * CodeSource
         * @description A repository and what of it, as it was asked for.
         */
        CodeSource: {
            /** Base */
            base?: string | null;
            /** Credentials */
            credentials?: string | null;
            /** Ref */
            ref?: string | null;
            /** Repository */
            repository: string;
        };
        /** ContinuedData */
        ContinuedData: {
            /**
             * Reason
             * @enum {string}
             */
            reason: "answered" | "input";
        };
        /**
         * Conversation
         * @description A conversation with the Brain: its tasks, one for each message, taken together.
         */
        Conversation: {
            /** Conversation Id */
            conversation_id: string;
            cost_kind: components["schemas"]["CostKind"];
            /** Cost Usd */
            cost_usd: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Estimated */
            estimated: boolean;
            /** Messages */
            messages: number;
            queue_reason: components["schemas"]["QueueReason"] | null;
            status: components["schemas"]["TaskStatus"];
            /**
             * Status At
             * Format: date-time
             */
            status_at: string;
            /** Task Id */
            task_id: string;
            /** Title */
            title: string;
            /** User Id */
            user_id: string;
            waiting_reason: components["schemas"]["WaitingReason"] | null;
        };
        /**
         * ConversationDetail
         * @description A conversation with a page of its messages, the newest first.
         */
        ConversationDetail: {
            conversation: components["schemas"]["Conversation"];
            /** Items */
            items: components["schemas"]["MessageView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** ConversationList */
        ConversationList: {
            /** Items */
            items: components["schemas"]["Conversation"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * CorrectRouting
         * @description Which agent a task is for. `restart`: one that works is stopped and started anew with that agent.
         */
        CorrectRouting: {
            /** Agent */
            agent: string;
            /**
             * Make Rule
             * @default false
             */
            make_rule: boolean;
            /**
             * Restart
             * @default false
             */
            restart: boolean;
            rule?: components["schemas"]["RoutingRule"] | null;
        };
        /**
         * CostGroup
         * @description By what costs are broken down.
         * @enum {string}
         */
        CostGroup: "agent" | "day" | "source" | "user";
        /**
         * CostItem
         * @description The costs of one agent, day, source or user: one item for each kind of dollars that there is.
         */
        CostItem: {
            cost_kind: components["schemas"]["CostKind"];
            /** Cost Usd */
            cost_usd: number;
            /** Input Tokens */
            input_tokens: number;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Output Tokens */
            output_tokens: number;
            /** Tasks */
            tasks: number;
        };
        /**
         * CostKind
         * @description `billed` is money, `subscription` is a price at API rates that nobody is billed, `demo` is play money.
         * @enum {string}
         */
        CostKind: "billed" | "subscription" | "demo";
        /**
         * CostReport
         * @description Costs by their key, one item for each kind of dollars; a key with no tasks is left out.
         */
        CostReport: {
            /** Days */
            days: number;
            group_by: components["schemas"]["CostGroup"];
            /** Items */
            items: components["schemas"]["CostItem"][];
            /** Time Zone */
            time_zone: string;
            /** Totals */
            totals: components["schemas"]["Costs"][];
        };
        /**
         * Costs
         * @description What some tasks cost, of one kind of dollars: kinds are never added together.
         */
        Costs: {
            cost_kind: components["schemas"]["CostKind"];
            /** Cost Usd */
            cost_usd: number;
            /** Input Tokens */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /** Tasks */
            tasks: number;
        };
        /**
         * CredentialsView
         * @description Claude's login. `details` are unset for those who are no administrators.
         */
        CredentialsView: {
            details: components["schemas"]["LoginDetails"] | null;
            /** Expires At */
            expires_at: string | null;
            /** Hint */
            hint: string;
            /** Last Ok */
            last_ok: string | null;
            /** Last Refused */
            last_refused: string | null;
            /** Last Validated At */
            last_validated_at: string | null;
            /** Message */
            message: string;
            /** Method */
            method: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "ready" | "expires_soon" | "needs_login" | "refused" | "quota" | "demo" | "unknown";
            /** Subscription */
            subscription: string | null;
            /** Until */
            until: string | null;
        };
        /**
         * CronQuestion
         * @description An expression to try out.
         */
        CronQuestion: {
            /** Cron */
            cron: string;
            /**
             * Timezone
             * @default UTC
             */
            timezone: string;
        };
        /**
         * DailyBudget
         * @description What a day may cost; 0: nothing at all, null: there is no budget.
         */
        DailyBudget: {
            /** Daily Usd */
            daily_usd: number | null;
        };
        /**
         * Decision
         * @description A person's word.
         * @enum {string}
         */
        Decision: "allow" | "deny";
        /**
         * DefinitionChange
         * @description A definition is another one than before.
         */
        DefinitionChange: {
            /**
             * Builtin
             * @default false
             */
            builtin: boolean;
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Faults
             * @default []
             */
            faults: components["schemas"]["DefinitionFault"][];
            kind: components["schemas"]["DefinitionKind"];
            /** Name */
            name: string;
            state: components["schemas"]["DefinitionState"];
        };
        /**
         * DefinitionFault
         * @description What is wrong, and where: a file (relative to `config/` or to what was sent), its line from 1, the field.
         */
        DefinitionFault: {
            /**
             * Field
             * @default
             */
            field: string;
            /** Line */
            line?: number | null;
            /** Path */
            path: string;
            /** Reason */
            reason: string;
        };
        /**
         * DefinitionKind
         * @description What a definition defines. The value is the word that people read.
         * @enum {string}
         */
        DefinitionKind: "agent" | "skill" | "webhook" | "schedule";
        /**
         * DefinitionState
         * @description `broken`: the newest version has faults, and the last good one, if there is any, is in force.
         * @enum {string}
         */
        DefinitionState: "ready" | "disabled" | "broken" | "deleted";
        /**
         * DeliveryData
         * @description What everybody who watches is told of a delivery that was stored.
         */
        DeliveryData: {
            /** Delivery Id */
            delivery_id: string;
            /** Event */
            event: string;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "accepted" | "ignored";
            /**
             * Task Ids
             * @default []
             */
            task_ids: string[];
            /** Webhook */
            webhook: string;
            /**
             * Why
             * @default
             */
            why: string;
        };
        /** DeliveryList */
        DeliveryList: {
            /** Items */
            items: components["schemas"]["DeliveryView"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * DeliveryOutcome
         * @description What became of a delivery. `refused` ones are counted, not stored.
         * @enum {string}
         */
        DeliveryOutcome: "accepted" | "ignored" | "handshake";
        /**
         * DeliveryView
         * @description A delivery, without its body.
         */
        DeliveryView: {
            /** Delivery Id */
            delivery_id: string;
            /** Event */
            event: string;
            happening: components["schemas"]["Happening"] | null;
            /** Headers */
            headers: {
                [key: string]: string;
            };
            outcome: components["schemas"]["DeliveryOutcome"];
            provider: components["schemas"]["ProviderName"];
            /** Provider Delivery Id */
            provider_delivery_id: string;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Task Ids */
            task_ids: string[];
            /** Webhook */
            webhook: string;
            /** Why */
            why: string;
        };
        /**
         * Diff
         * @description The work of a task as a unified diff against its base: commits, and what is not committed.
         */
        Diff: {
            /** Base Commit */
            base_commit: string;
            /** Branch */
            branch: string;
            /** Diff */
            diff: string;
            /** Head Commit */
            head_commit: string;
            /** Truncated */
            truncated: boolean;
        };
        /**
         * DiskReport
         * @description The same, with the rules: below `floor_bytes` no task is started, and `held_back` says so.
         */
        DiskReport: {
            backups: components["schemas"]["OwnBackups"];
            /** Floor Bytes */
            floor_bytes: number;
            /** Free Bytes */
            free_bytes: number;
            /** Held Back */
            held_back: string;
            keeping: components["schemas"]["Keeping"];
            last_tidied: components["schemas"]["Tidied"] | null;
            /**
             * Machine Id
             * @default
             */
            machine_id: string;
            /** Parts */
            parts: {
                [key: string]: number;
            };
            /** Total Bytes */
            total_bytes: number;
        };
        /**
         * Drafted
         * @description A draft; nothing is saved. Either `files` are uploaded with the preview's `content_hash`, or `form` is posted.
         */
        Drafted: {
            /** Files */
            files: components["schemas"]["TextFile"][];
            /** Form */
            form: {
                [key: string]: unknown;
            };
            preview: components["schemas"]["Preview"];
            /** Task Id */
            task_id: string;
        };
        /** EndedData */
        EndedData: {
            /** @default null */
            changes: components["schemas"]["Changes"] | null;
            cost_kind: components["schemas"]["CostKind"];
            /** Duration Seconds */
            duration_seconds: number;
            /**
             * Result
             * @default null
             */
            result: string | null;
            usage: components["schemas"]["Usage"];
        };
        /**
         * EntryKind
         * @description A link is shown and never followed.
         * @enum {string}
         */
        EntryKind: "folder" | "file" | "link" | "other";
        /**
         * Error
         * @description The message with this id was not done: a problem as on HTTP. `id` is null where none could be read.
         */
        Error: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /**
             * Hint
             * @default
             */
            hint: string;
            /**
             * Id
             * @default null
             */
            id: string | number | null;
            /** Status */
            status: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "error";
        };
        /**
         * EventPlace
         * @description Where an event stands; beside it, `type` and `data` are those of a TaskEvent or a MachineEvent.
         */
        EventPlace: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Feed Seq
             * @default null
             */
            feed_seq: number | null;
            /**
             * Seq
             * @default null
             */
            seq: number | null;
            /**
             * Task Id
             * @default null
             */
            task_id: string | null;
        };
        /** FailedData */
        FailedData: {
            /** @default null */
            changes: components["schemas"]["Changes"] | null;
            cost_kind: components["schemas"]["CostKind"];
            /** Duration Seconds */
            duration_seconds: number;
            failure: components["schemas"]["TaskFailure"];
            /**
             * Result
             * @default null
             */
            result: string | null;
            usage: components["schemas"]["Usage"];
        };
        /**
         * FailureReason
         * @description The closed list of reasons for which a task fails.
         * @enum {string}
         */
        FailureReason: "not_logged_in" | "quota" | "budget" | "max_turns" | "timeout" | "lost" | "cli_missing" | "cli_crashed" | "api_error" | "refused" | "bad_request" | "internal";
        /** Fault */
        Fault: {
            /** What */
            what: string;
            /** Where */
            where: string;
        };
        /**
         * Feed
         * @description Replay the feed from after `after` to the `feed_seq` of `session.ready`; error `feed_gone` if that is too old.
         *
         *     What happens live may come first. Where the order counts, connect with `?feed_after=` instead.
         */
        Feed: {
            /** After */
            after: number;
            /** Id */
            id: string | number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "feed";
        };
        /**
         * FileInfo
         * @description A file as it is listed before it is taken in. `script`: it holds a program, whether marked executable or not.
         */
        FileInfo: {
            /**
             * Executable
             * @default false
             */
            executable: boolean;
            /** Path */
            path: string;
            /**
             * Script
             * @default false
             */
            script: boolean;
            /** Size Bytes */
            size_bytes: number;
        };
        /**
         * FindingView
         * @description One thing that was looked at; `hint` says how to mend it.
         */
        FindingView: {
            /** Check */
            check: string;
            /** Hint */
            hint: string;
            /**
             * Level
             * @enum {string}
             */
            level: "ok" | "warning" | "problem";
            /** Text */
            text: string;
        };
        /** FreshSecret */
        FreshSecret: {
            /** Secret */
            secret: string;
        };
        /**
         * GenericScheme
         * @description How a sender that is not on the list signs and names its deliveries. Signed: the body, or `timestamp.body`.
         */
        GenericScheme: {
            /** Actor Path */
            actor_path?: string | null;
            /**
             * Algorithm
             * @default sha256
             * @enum {string}
             */
            algorithm: "sha256" | "sha512" | "sha1";
            /**
             * Encoding
             * @default hex
             * @enum {string}
             */
            encoding: "hex" | "base64";
            /** Event Header */
            event_header?: string | null;
            /**
             * Event Path
             * @default type
             */
            event_path: string;
            /** Id Header */
            id_header?: string | null;
            /** Id Path */
            id_path?: string | null;
            /**
             * Prefix
             * @default
             */
            prefix: string;
            /**
             * Signature Header
             * @default X-Signature
             */
            signature_header: string;
            /**
             * Text Path
             * @default text
             */
            text_path: string;
            /** Timestamp Header */
            timestamp_header?: string | null;
            /**
             * Title Path
             * @default title
             */
            title_path: string;
            /**
             * Url Path
             * @default url
             */
            url_path: string;
            /**
             * Window Seconds
             * @default 300
             */
            window_seconds: number;
        };
        /**
         * Happening
         * @description One event. Texts are bounded and clean: no NUL, no lone surrogates. Times, if any, stay in the payload.
         */
        Happening: {
            /**
             * Action
             * @default
             */
            action: string;
            actor?: components["schemas"]["Actor"];
            /**
             * Base Ref
             * @default
             */
            base_ref: string;
            /**
             * Checkout Ref
             * @default
             */
            checkout_ref: string;
            /**
             * Command
             * @default
             */
            command: string;
            /** Event */
            event: string;
            /** Fields */
            fields?: {
                [key: string]: string;
            };
            /**
             * Is System
             * @default false
             */
            is_system: boolean;
            /**
             * Kind
             * @default change
             * @enum {string}
             */
            kind: "comment" | "command" | "change" | "ping";
            /**
             * Labels
             * @default []
             */
            labels: string[];
            /**
             * Number
             * @default
             */
            number: string;
            /**
             * Own Ids
             * @default []
             */
            own_ids: string[];
            /** Provider */
            provider: string;
            /**
             * Ref
             * @default
             */
            ref: string;
            repository?: components["schemas"]["RepositoryRef"] | null;
            /**
             * Sha
             * @default
             */
            sha: string;
            /**
             * Text
             * @default
             */
            text: string;
            /**
             * Title
             * @default
             */
            title: string;
            /**
             * Url
             * @default
             */
            url: string;
        };
        /** Health */
        Health: {
            /** Machine Id */
            machine_id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "draining";
            /** Version */
            version: string;
        };
        /** HealthView */
        HealthView: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Checks */
            checks: components["schemas"]["FindingView"][];
            /** Ok */
            ok: boolean;
        };
        /**
         * ImportView
         * @description What became of a file, by names; with `preview`, what would.
         */
        ImportView: {
            /** Kept */
            kept: string[];
            /** New */
            new: string[];
            /** Preview */
            preview: boolean;
            /** Refused */
            refused: components["schemas"]["RefusalView"][];
            /** Replaced */
            replaced: string[];
        };
        /** InputData */
        InputData: {
            /** Input Id */
            input_id: string;
            /** Message */
            message: string;
            /**
             * User Id
             * @default null
             */
            user_id: string | null;
        };
        /**
         * Invitation
         * @description A one-time link by which somebody becomes a user. Its secret is stored as a hash only.
         */
        Invitation: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Invitation Id */
            invitation_id: string;
            /** Name */
            name: string | null;
            /** Revoked At */
            revoked_at?: string | null;
            role: components["schemas"]["Role"];
            /** Used At */
            used_at?: string | null;
            /** User Id */
            user_id?: string | null;
        };
        /** InvitationList */
        InvitationList: {
            /** Items */
            items: components["schemas"]["Invitation"][];
        };
        /** InvitationMade */
        InvitationMade: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Invitation Id */
            invitation_id: string;
            /** Link */
            link: string;
            /** Name */
            name: string | null;
            /** Revoked At */
            revoked_at?: string | null;
            role: components["schemas"]["Role"];
            /** Used At */
            used_at?: string | null;
            /** User Id */
            user_id?: string | null;
        };
        /**
         * Keeping
         * @description How long what has ended is kept, from the end of its conversation; None: for ever.
         */
        Keeping: {
            /** Deliveries */
            deliveries: string | null;
            /** Events */
            events: string | null;
            /** Set Aside */
            set_aside: string | null;
            /** Tasks */
            tasks: string | null;
            /** Workspaces */
            workspaces: string | null;
        };
        /** KindSpent */
        KindSpent: {
            cost_kind: components["schemas"]["CostKind"];
            /** Cost Usd */
            cost_usd: number;
        };
        /**
         * Lagged
         * @description You were too slow; the connection closes with 4408.
         */
        Lagged: {
            /**
             * @default {
             *       "message": "You read too slowly. Connect again, and ask from your last seq and feed_seq."
             *     }
             */
            data: components["schemas"]["LaggedData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "lagged";
        };
        /** LaggedData */
        LaggedData: {
            /**
             * Message
             * @default You read too slowly. Connect again, and ask from your last seq and feed_seq.
             */
            message: string;
        };
        /**
         * Lane
         * @description Which slots a task uses: those of the machine, or the one kept free for chat with the Brain.
         * @enum {string}
         */
        Lane: "work" | "chat";
        /**
         * LastNotice
         * @description The last thing that was to be told there.
         */
        LastNotice: {
            /** Attempts */
            attempts: number;
            /**
             * Changed At
             * Format: date-time
             */
            changed_at: string;
            /** Last Error */
            last_error: string;
            occasion: components["schemas"]["Occasion"];
            state: components["schemas"]["NoticeState"];
            /** Task Id */
            task_id: string;
        };
        /** LoginBegun */
        LoginBegun: {
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Url */
            url: string;
        };
        /**
         * LoginCode
         * @description What the page of the login shows.
         */
        LoginCode: {
            /**
             * Code
             * Format: password
             */
            code: string;
        };
        /**
         * LoginDetails
         * @description For administrators.
         */
        LoginDetails: {
            /** Access Expires At */
            access_expires_at: string | null;
            /** File */
            file: boolean;
            /** File Problem */
            file_problem: string;
            /** Folder */
            folder: string;
            /** Kept */
            kept: ("api_key" | "oauth_token")[];
            /**
             * Source
             * @enum {string}
             */
            source: "environment" | "stored" | "file" | "own_folder" | "demo";
            /** Variable */
            variable: string | null;
        };
        /** LoginList */
        LoginList: {
            /** Items */
            items: components["schemas"]["LoginView"][];
        };
        /** LoginView */
        LoginView: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Current */
            current: boolean;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Last Seen At
             * Format: date-time
             */
            last_seen_at: string;
            /** Login Id */
            login_id: string;
            /**
             * User Agent
             * @default
             */
            user_agent: string;
            /** User Id */
            user_id: string;
        };
        /**
         * LogOut
         * @description `confirm` has to be true: tasks wait from then on.
         */
        LogOut: {
            /**
             * Confirm
             * @constant
             */
            confirm: true;
        };
        /**
         * MachineChange
         * @description A machine came, was drained or resumed, was lost or shut down.
         */
        MachineChange: {
            /** Machine Id */
            machine_id: string;
            role: components["schemas"]["MachineRole"];
            state: components["schemas"]["MachineState"];
        };
        /**
         * MachineChanged
         * @description One of the machines of a fleet came, was drained or resumed, was lost or shut down.
         */
        MachineChanged: {
            data: components["schemas"]["MachineChange"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "machine.changed";
        };
        MachineEvent: components["schemas"]["ChatReply"] | components["schemas"]["AgentStatus"] | components["schemas"]["AuthStatus"] | components["schemas"]["BudgetStatus"] | components["schemas"]["MachineStatus"] | components["schemas"]["MachineChanged"] | components["schemas"]["WebhookReceived"];
        /** MachineList */
        MachineList: {
            /** In Fleet */
            in_fleet: boolean;
            /** Items */
            items: components["schemas"]["MachineView"][];
        };
        /**
         * MachineLoad
         * @description How many CLIs it has, of tasks that run and of tasks that wait for a person, and how busy its computer is.
         */
        MachineLoad: {
            /** Cpu Percent */
            cpu_percent?: number | null;
            /** Memory Percent */
            memory_percent?: number | null;
            /**
             * Running
             * @default 0
             */
            running: number;
            /**
             * Waiting
             * @default 0
             */
            waiting: number;
        };
        /**
         * MachineRole
         * @description What a process does: everything, requests, or tasks.
         * @enum {string}
         */
        MachineRole: "all" | "web" | "worker";
        /**
         * MachineState
         * @description `lost`: its lease expired, and others took over; `gone`: it said good-bye.
         * @enum {string}
         */
        MachineState: "ready" | "draining" | "lost" | "gone";
        /** MachineStatus */
        MachineStatus: {
            data: components["schemas"]["MachineStatusData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "machine.status";
        };
        /**
         * MachineStatusData
         * @description Running, queued and waiting tasks, and the slots for those that run.
         */
        MachineStatusData: {
            /**
             * Held Back
             * @default
             */
            held_back: string;
            /** Machine Id */
            machine_id: string;
            /**
             * Parked
             * @default {}
             */
            parked: {
                [key: string]: number;
            };
            /** Queued */
            queued: number;
            /** Running */
            running: number;
            /** Slots */
            slots: number;
            /**
             * State
             * @enum {string}
             */
            state: "ready" | "draining";
            /** Waiting */
            waiting: number;
        };
        /**
         * MachineView
         * @description One machine. Of one that is lost or gone, the load is what it said last.
         */
        MachineView: {
            /** Current */
            current: boolean;
            /** Held Back */
            held_back: string;
            /** Labels */
            labels: string[];
            /** Lease Until */
            lease_until: string | null;
            load: components["schemas"]["MachineLoad"];
            /** Machine Id */
            machine_id: string;
            role: components["schemas"]["MachineRole"];
            /**
             * Seen At
             * Format: date-time
             */
            seen_at: string;
            /** Slots */
            slots: number;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            state: components["schemas"]["MachineState"];
            tasks: components["schemas"]["TasksThere"];
            /** Version */
            version: string;
        };
        /**
         * MachineWarning
         * @description Something that is not as it should be and does not stop the machine. `code` is stable, and made for programs;
         *     `message` says what is so, `hint` what to do. `about` names what it is about, such as `webhook/issues`.
         */
        MachineWarning: {
            /**
             * About
             * @default
             */
            about: string;
            /**
             * Code
             * @enum {string}
             */
            code: "runs_as_root" | "agents_not_kept_in" | "agents_outside_sandbox" | "starts_nothing" | "redis_away" | "secret_key_differs" | "labels_missing" | "disk_nearly_full";
            /** Hint */
            hint: string;
            /** Message */
            message: string;
        };
        /**
         * MatchView
         * @description A task that would be started.
         */
        MatchView: {
            /** Agent */
            agent: string | null;
            profile: components["schemas"]["Profile"];
            /** Prompt */
            prompt: string;
            /** Title */
            title: string;
            /** Trigger */
            trigger: number;
        };
        /**
         * Me
         * @description Who asks, and what they may do.
         */
        Me: {
            /** Name */
            name: string;
            role: components["schemas"]["Role"];
            /** Scopes */
            scopes: components["schemas"]["Scope"][];
            /** User Id */
            user_id: string;
            via: components["schemas"]["Via"];
        };
        /**
         * MessageView
         * @description One message of a conversation, which is one task of the Brain: what was said and answered is in its events.
         */
        MessageView: {
            /** Assigned Agent */
            assigned_agent: string;
            /** Attachments */
            attachments: components["schemas"]["Attachment"][];
            /** Attempt */
            attempt: number;
            /** Cache Creation Tokens */
            cache_creation_tokens: number;
            /** Cache Read Tokens */
            cache_read_tokens: number;
            /** Completed At */
            completed_at: string | null;
            /** Conversation Id */
            conversation_id: string;
            cost_kind: components["schemas"]["CostKind"];
            /** Cost Usd */
            cost_usd: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            describes: components["schemas"]["DefinitionKind"] | null;
            /** Duration Seconds */
            duration_seconds: number;
            /** Estimated */
            estimated: boolean;
            failure: components["schemas"]["TaskFailure"] | null;
            /** Input Message */
            input_message: string;
            /** Input Tokens */
            input_tokens: number;
            /** Is Interactive */
            is_interactive: boolean;
            lane: components["schemas"]["Lane"];
            /** Last Seq */
            last_seq: number;
            /** Machine Id */
            machine_id: string;
            /** Output Tokens */
            output_tokens: number;
            /** Parent Task Id */
            parent_task_id: string | null;
            /** Parked Until */
            parked_until: string | null;
            /** Priority */
            priority: number;
            profile: components["schemas"]["Profile"];
            queue_reason: components["schemas"]["QueueReason"] | null;
            /** Result */
            result: string | null;
            /** Session Id */
            session_id: string | null;
            source: components["schemas"]["TaskSource"];
            /** Started At */
            started_at: string | null;
            status: components["schemas"]["TaskStatus"];
            /**
             * Status At
             * Format: date-time
             */
            status_at: string;
            /** Task Id */
            task_id: string;
            /** Title */
            title: string;
            /** User Id */
            user_id: string;
            waiting_reason: components["schemas"]["WaitingReason"] | null;
        };
        /** MetricsData */
        MetricsData: {
            cost_kind: components["schemas"]["CostKind"];
            /** Duration Seconds */
            duration_seconds: number;
            usage: components["schemas"]["Usage"];
        };
        /**
         * Missed
         * @description What to do with runs whose time came while the machine was off: nothing, or one run for all of them.
         * @enum {string}
         */
        Missed: "skip" | "once";
        /**
         * NewBackup
         * @description `passphrase` encrypts it; unset: with MACHINE_BACKUP_PASSPHRASE if there is one, else it is not encrypted.
         */
        NewBackup: {
            /** Passphrase */
            passphrase?: string | null;
        };
        /**
         * NewChannel
         * @description Where to tell it: the address is kept sealed.
         */
        NewChannel: {
            kind: components["schemas"]["ChannelKind"];
            /** Name */
            name: string;
            /** Occasions */
            occasions: components["schemas"]["Occasion"][];
            /**
             * Url
             * Format: password
             */
            url: string;
        };
        /**
         * NewInvitation
         * @description An invitation by link.
         */
        NewInvitation: {
            /**
             * Expires In Hours
             * @default 72
             */
            expires_in_hours: number;
            /** Name */
            name?: string | null;
            /** @default member */
            role: components["schemas"]["Role"];
        };
        /**
         * NewOwner
         * @description Whose it is to be: a person's id or name; unset: who asks.
         */
        NewOwner: {
            /** User */
            user?: string | null;
        };
        /**
         * NewPassword
         * @description `old` may be left out by who has none so far and is signed in with a browser.
         */
        NewPassword: {
            /**
             * New
             * Format: password
             */
            new: string;
            /** Old */
            old?: string | null;
        };
        /**
         * NewSecret
         * @description A key or a token; it is never shown again. `force` keeps it even where it could not be tried.
         */
        NewSecret: {
            /**
             * Force
             * @default false
             */
            force: boolean;
            /**
             * Value
             * Format: password
             */
            value: string;
        };
        /**
         * NewTask
         * @description A wish. Limits that are not given are the agent's, or the machine's.
         */
        NewTask: {
            /** Agent */
            agent?: string | null;
            /**
             * Attachments
             * @default []
             */
            attachments: string[];
            /** Base */
            base?: string | null;
            /** Conversation Id */
            conversation_id?: string | null;
            /** Credentials */
            credentials?: string | null;
            /**
             * Is Interactive
             * @default false
             */
            is_interactive: boolean;
            /** Max Budget Usd */
            max_budget_usd?: number | null;
            /** Max Turns */
            max_turns?: number | null;
            /** Message */
            message: string;
            /** Parent Task Id */
            parent_task_id?: string | null;
            /**
             * Priority
             * @default 0
             */
            priority: number;
            /** Ref */
            ref?: string | null;
            /** Repository */
            repository?: string | null;
            /** Session Id */
            session_id?: string | null;
            /** Timeout Seconds */
            timeout_seconds?: number | null;
            /** Title */
            title?: string | null;
        };
        /**
         * NewToken
         * @description A token for a program. Without `scopes` it reaches as far as the role of who makes it, or their own token.
         */
        NewToken: {
            /** Expires In Days */
            expires_in_days?: number | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes?: components["schemas"]["Scope"][] | null;
        };
        /**
         * NewUser
         * @description A person, with a first password that an administrator tells them.
         */
        NewUser: {
            /** Name */
            name: string;
            /**
             * Password
             * Format: password
             */
            password: string;
            /** @default member */
            role: components["schemas"]["Role"];
        };
        /**
         * NewValue
         * @description A variable's value; it is never shown again.
         */
        NewValue: {
            /**
             * Value
             * Format: password
             */
            value: string;
        };
        /**
         * NoticeState
         * @description `sending`: an attempt is being made, or was when its daemon died. The last two are ends.
         * @enum {string}
         */
        NoticeState: "due" | "sending" | "sent" | "given_up";
        /**
         * Occasion
         * @description What a channel can be told of. `waiting`: it asks a person for a permission, an answer, a word on a plan.
         * @enum {string}
         */
        Occasion: "completed" | "failed" | "cancelled" | "waiting";
        /** OldSecret */
        OldSecret: {
            /** Old Secret Until */
            old_secret_until?: string | null;
        };
        /**
         * Output
         * @description One stored piece of output.
         *
         *     Pieces with the same `item` belong together: their texts joined are the whole. `more` says that another follows.
         */
        Output: {
            /**
             * Data
             * @default null
             */
            data: {
                [key: string]: unknown;
            } | null;
            /**
             * Input
             * @default null
             */
            input: {
                [key: string]: unknown;
            } | null;
            /**
             * Is Error
             * @default null
             */
            is_error: boolean | null;
            /**
             * Item
             * @default null
             */
            item: string | null;
            kind: components["schemas"]["OutputKind"];
            /**
             * More
             * @default false
             */
            more: boolean;
            /**
             * Name
             * @default null
             */
            name: string | null;
            /**
             * Parent Tool Use Id
             * @default null
             */
            parent_tool_use_id: string | null;
            /**
             * Text
             * @default
             */
            text: string;
            /**
             * Tool Use Id
             * @default null
             */
            tool_use_id: string | null;
            /**
             * Uuid
             * @default null
             */
            uuid: string | null;
        };
        /**
         * OutputKind
         * @description What a piece of output is.
         * @enum {string}
         */
        OutputKind: "text" | "thinking" | "tool_use" | "tool_result" | "system" | "stderr";
        /**
         * Overlap
         * @description What to do when a task of the schedule has not ended (one that waits for a person's answer has not).
         *
         *     `skip`: the run is left out. `enqueue`: its task waits until the former has ended; at most 10 at a time. `replace`:
         *     the former is stopped, then the new one starts.
         * @enum {string}
         */
        Overlap: "skip" | "enqueue" | "replace";
        /**
         * OwnBackups
         * @description The backups that the daemon makes by itself. `every_hours` 0: it makes none; `newest`: what lies there all the
         *     same, made by hand or before.
         */
        OwnBackups: {
            /** Encrypted */
            encrypted: boolean;
            /** Every Hours */
            every_hours: number;
            /** Keep */
            keep: number;
            newest: components["schemas"]["BackupFile"] | null;
        };
        /** ParkedData */
        ParkedData: {
            /**
             * Machine Id
             * @default null
             */
            machine_id: string | null;
            /**
             * Message
             * @default
             */
            message: string;
            reason: components["schemas"]["QueueReason"];
            /**
             * Until
             * @default null
             */
            until: string | null;
        };
        /**
         * PausedTrigger
         * @description A trigger that starts nothing until a person resumes it.
         */
        PausedTrigger: {
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Trigger */
            trigger: string;
            /** Why */
            why: string;
        };
        PlacedMachineEvent: components["schemas"]["EventPlace"] & Omit<components["schemas"]["MachineEvent"], "type">;
        PlacedTaskEvent: components["schemas"]["EventPlace"] & Omit<components["schemas"]["TaskEvent"], "type">;
        /**
         * Preview
         * @description What a definition consists of and asks for: shown before it is saved, and the same for all ways of making it.
         */
        Preview: {
            /** Commands */
            commands: string[];
            /** Content Hash */
            content_hash: string;
            /** Description */
            description: string;
            /** Executables */
            executables: string[];
            /**
             * Exists
             * @default false
             */
            exists: boolean;
            /** Files */
            files: components["schemas"]["FileInfo"][];
            kind: components["schemas"]["DefinitionKind"];
            /** Name */
            name: string;
            /**
             * Overrides Builtin
             * @default false
             */
            overrides_builtin: boolean;
            profile?: components["schemas"]["Profile"] | null;
            /** Scripts */
            scripts: string[];
            times?: components["schemas"]["Times"] | null;
            /** Tools */
            tools: string[];
            /** Warnings */
            warnings: string[];
        };
        /**
         * Problem
         * @description RFC 9457. `code` is stable and made for programs; `detail` and `hint` are made for people.
         */
        Problem: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /**
             * Errors
             * @default []
             */
            errors: components["schemas"]["Fault"][];
            /** Hint */
            hint: string;
            /**
             * Request Id
             * @default null
             */
            request_id: string | null;
            /** Status */
            status: number;
            /** Title */
            title: string;
            /** Type */
            type: string;
        };
        /**
         * Profile
         * @description `trusted`: all that the agent asks for; `standard`: that, kept in; `untrusted`: what strangers can cause.
         * @enum {string}
         */
        Profile: "trusted" | "standard" | "untrusted";
        /**
         * ProviderName
         * @description The systems that are understood; `standard` is Standard Webhooks, `generic` any HMAC that can be described.
         * @enum {string}
         */
        ProviderName: "github" | "gitlab" | "bitbucket" | "jira" | "slack" | "sentry" | "linear" | "standard" | "generic";
        /**
         * Pushed
         * @description What was pushed where.
         */
        Pushed: {
            /** Branch */
            branch: string;
            /** Commit */
            commit: string;
            /** Repository */
            repository: string;
        };
        /**
         * QueueReason
         * @description Why a task that had started, or could have, stands in the queue again.
         * @enum {string}
         */
        QueueReason: "not_logged_in" | "quota" | "drain" | "lost" | "answered" | "input" | "budget";
        /** ReadyData */
        ReadyData: {
            auth: components["schemas"]["AuthStatusData"];
            /** Demo */
            demo: boolean;
            /** Feed After */
            feed_after: number;
            /** Feed Oldest */
            feed_oldest: number;
            /** Feed Seq */
            feed_seq: number;
            machine: components["schemas"]["MachineStatusData"];
            /** Machine Id */
            machine_id: string;
            me: components["schemas"]["Me"];
            /** Session Id */
            session_id: string;
            /** Version */
            version: string;
        };
        /** RefusalView */
        RefusalView: {
            /** Line */
            line: number;
            /** Name */
            name: string;
            /** Why */
            why: string;
        };
        /**
         * Rename
         * @description What to call a conversation; null: the beginning of its first message again.
         */
        Rename: {
            /** Title */
            title: string | null;
        };
        /**
         * ReplySettings
         * @description With what the machine answers where the event came from.
         */
        ReplySettings: {
            /** Email */
            email?: string | null;
            /** Token Ref */
            token_ref: string;
        };
        /**
         * ReplyState
         * @description `sending`: an attempt is being made, or was when its daemon died. The last three are ends.
         * @enum {string}
         */
        ReplyState: "due" | "sending" | "sent" | "given_up" | "not_wanted";
        /**
         * ReplyView
         * @description What became of the answer to where a webhook's event came from.
         */
        ReplyView: {
            /** Attempts */
            attempts: number;
            /** Last Error */
            last_error: string;
            /** Next At */
            next_at: string | null;
            state: components["schemas"]["ReplyState"];
            /** Url */
            url: string;
        };
        /**
         * RepositoryRef
         * @description The repository an event is about.
         */
        RepositoryRef: {
            /**
             * Clone Url
             * @default
             */
            clone_url: string;
            /**
             * Default Branch
             * @default
             */
            default_branch: string;
            /**
             * Full Name
             * @default
             */
            full_name: string;
            /**
             * Id
             * @default
             */
            id: string;
            /**
             * Web Url
             * @default
             */
            web_url: string;
        };
        /**
         * Resumed
         * @description How many triggers start tasks again.
         */
        Resumed: {
            /** Resumed */
            resumed: number;
        };
        /**
         * Rights
         * @description What somebody may do through one door: as who they are, and as far as their credential reaches.
         */
        Rights: {
            /** @default member */
            role: components["schemas"]["Role"];
            /** @default tasks */
            scope: components["schemas"]["Scope"];
        };
        /**
         * Role
         * @description What a person may do: an administrator everything, a member their own work, a viewer only look.
         * @enum {string}
         */
        Role: "administrator" | "member" | "viewer";
        /**
         * Routing
         * @description Which agent was chosen, by which rule, and who came second.
         */
        Routing: {
            /** Corrected By */
            corrected_by?: string | null;
            /** Decision */
            decision: string;
            /** Reason */
            reason: string;
            /** Runner Up */
            runner_up?: string | null;
        };
        /**
         * RoutingCorrected
         * @description The task that has the agent now, and what its new rule makes of the agent's files.
         */
        RoutingCorrected: {
            rule_preview: components["schemas"]["Preview"] | null;
            /** Rule Saved */
            rule_saved: boolean;
            task: components["schemas"]["TaskView"];
        };
        /**
         * RoutingRule
         * @description Which tasks come to an agent without asking anybody. Of each field one entry has to fit; all fields have to.
         */
        RoutingRule: {
            /**
             * Events
             * @default []
             */
            events: string[];
            /**
             * Keywords
             * @default []
             */
            keywords: string[];
            /**
             * Labels
             * @default []
             */
            labels: string[];
            /**
             * Question
             * @default false
             */
            question: boolean;
            /**
             * Sources
             * @default []
             */
            sources: string[];
        };
        /** RunList */
        RunList: {
            /** Items */
            items: components["schemas"]["ScheduleRun"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * RunOutcome
         * @description What became of a time of a schedule. `refused`: no task could be made of it, and `why` says what to do.
         * @enum {string}
         */
        RunOutcome: "started" | "skipped" | "refused";
        /**
         * Sandbox
         * @description Whether commands of agents are kept in; if not, why, and what to do about it.
         */
        Sandbox: {
            /**
             * Hint
             * @default
             */
            hint: string;
            /** Message */
            message: string;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "unavailable" | "off";
        };
        /**
         * Say
         * @description A message to a task.
         */
        Say: {
            /** Message */
            message: string;
        };
        /**
         * ScheduleDetail
         * @description A schedule, whole, as it is in force.
         */
        ScheduleDetail: {
            /** Agent */
            agent?: string | null;
            code?: components["schemas"]["CodeSource"] | null;
            /** Content Hash */
            content_hash: string;
            /** Cron */
            cron: string;
            /**
             * Description
             * @default
             */
            description: string;
            /** Faults */
            faults: components["schemas"]["DefinitionFault"][];
            last_run: components["schemas"]["ScheduleRun"] | null;
            /** Max Budget Usd */
            max_budget_usd?: number | null;
            /** Max Turns */
            max_turns?: number | null;
            /** Message */
            message: string;
            /** @default skip */
            missed: components["schemas"]["Missed"];
            /** Name */
            name: string;
            /** Next Runs */
            next_runs: string[];
            /** @default skip */
            overlap: components["schemas"]["Overlap"];
            /**
             * Paused
             * @default false
             */
            paused: boolean;
            /**
             * Priority
             * @default 0
             */
            priority: number;
            /** Problem */
            problem: string;
            /** Revertible */
            revertible: boolean;
            /** Timeout Seconds */
            timeout_seconds?: number | null;
            /**
             * Timezone
             * @default UTC
             */
            timezone: string;
            /** Title */
            title?: string | null;
            /** User Id */
            user_id: string;
            /** Words */
            words: string;
        };
        /**
         * ScheduleForm
         * @description A schedule as it is filled in by hand. Its zone is looked up when it is saved.
         */
        ScheduleForm: {
            /** Agent */
            agent?: string | null;
            code?: components["schemas"]["CodeSource"] | null;
            /** Cron */
            cron: string;
            /**
             * Description
             * @default
             */
            description: string;
            /** Max Budget Usd */
            max_budget_usd?: number | null;
            /** Max Turns */
            max_turns?: number | null;
            /** Message */
            message: string;
            /** @default skip */
            missed: components["schemas"]["Missed"];
            /** Name */
            name: string;
            /** @default skip */
            overlap: components["schemas"]["Overlap"];
            /**
             * Paused
             * @default false
             */
            paused: boolean;
            /**
             * Priority
             * @default 0
             */
            priority: number;
            /** Timeout Seconds */
            timeout_seconds?: number | null;
            /**
             * Timezone
             * @default UTC
             */
            timezone: string;
            /** Title */
            title?: string | null;
        };
        /** ScheduleList */
        ScheduleList: {
            /** Faults */
            faults: components["schemas"]["DefinitionFault"][];
            /** Items */
            items: components["schemas"]["ScheduleView"][];
        };
        /**
         * ScheduleRun
         * @description One time of a schedule, as it was dealt with.
         */
        ScheduleRun: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** By */
            by?: string | null;
            /**
             * Due At
             * Format: date-time
             */
            due_at: string;
            outcome: components["schemas"]["RunOutcome"];
            /** Run Id */
            run_id: string;
            /** Schedule */
            schedule: string;
            /** Task Id */
            task_id?: string | null;
            /**
             * Why
             * @default
             */
            why: string;
        };
        /**
         * ScheduleView
         * @description A schedule as it is in force.
         */
        ScheduleView: {
            /** Agent */
            agent?: string | null;
            code?: components["schemas"]["CodeSource"] | null;
            /** Cron */
            cron: string;
            /**
             * Description
             * @default
             */
            description: string;
            /** Faults */
            faults: components["schemas"]["DefinitionFault"][];
            last_run: components["schemas"]["ScheduleRun"] | null;
            /** Max Budget Usd */
            max_budget_usd?: number | null;
            /** Max Turns */
            max_turns?: number | null;
            /** Message */
            message: string;
            /** @default skip */
            missed: components["schemas"]["Missed"];
            /** Name */
            name: string;
            /** Next Runs */
            next_runs: string[];
            /** @default skip */
            overlap: components["schemas"]["Overlap"];
            /**
             * Paused
             * @default false
             */
            paused: boolean;
            /**
             * Priority
             * @default 0
             */
            priority: number;
            /** Problem */
            problem: string;
            /** Timeout Seconds */
            timeout_seconds?: number | null;
            /**
             * Timezone
             * @default UTC
             */
            timezone: string;
            /** Title */
            title?: string | null;
            /** User Id */
            user_id: string;
            /** Words */
            words: string;
        };
        /**
         * Scope
         * @description What a credential may be used for, at most. Each includes those before it; none gives more than the role does.
         * @enum {string}
         */
        Scope: "metrics" | "read" | "tasks" | "admin";
        ServerMessage: components["schemas"]["SessionReady"] | components["schemas"]["Ack"] | components["schemas"]["Error"] | components["schemas"]["Lagged"];
        /**
         * Session
         * @description One connection of a dashboard or client. Its id is no secret; what it may see is decided by its user.
         */
        Session: {
            /**
             * Active Tasks
             * @default []
             */
            active_tasks: string[];
            /**
             * Connected At
             * Format: date-time
             */
            connected_at: string;
            /** Disconnected At */
            disconnected_at?: string | null;
            /** Machine Id */
            machine_id: string;
            /** Session Id */
            session_id: string;
            /**
             * Total Cost Usd
             * @default 0
             */
            total_cost_usd: number;
            /** User Id */
            user_id: string;
        };
        /** SessionList */
        SessionList: {
            /** Items */
            items: components["schemas"]["Session"][];
        };
        /** SessionMade */
        SessionMade: {
            /** Session Id */
            session_id: string;
        };
        /**
         * SessionReady
         * @description The first message: who you are, and the machine's state.
         */
        SessionReady: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            data: components["schemas"]["ReadyData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "session.ready";
        };
        /**
         * SetUp
         * @description The secret of a login link, and what the machine's own administrator wants to be known by.
         */
        SetUp: {
            /** Name */
            name: string;
            /**
             * Password
             * Format: password
             */
            password: string;
            /** Secret */
            secret: string;
        };
        /**
         * SetupHints
         * @description What to enter at the provider, for people.
         */
        SetupHints: {
            /**
             * Content Type
             * @default application/json
             */
            content_type: string;
            /** Events */
            events: string;
            /**
             * Notes
             * @default []
             */
            notes: string[];
            /** Signing */
            signing: string;
            /** Url */
            url: string;
            /** Where */
            where: string;
        };
        /** SignatureView */
        SignatureView: {
            /** Detail */
            detail: string;
            /** Valid */
            valid: boolean | null;
        };
        /**
         * SimulatedDelivery
         * @description A payload as JSON, or with `raw` exactly what was sent: then the signature is checked, too.
         */
        SimulatedDelivery: {
            /** Headers */
            headers?: {
                [key: string]: string;
            };
            /** Payload */
            payload?: unknown;
            /** Raw */
            raw?: string | null;
        };
        /**
         * SimulationView
         * @description What would have become of a delivery. Nothing was started or stored.
         */
        SimulationView: {
            /** Event */
            event: string;
            happening: components["schemas"]["Happening"] | null;
            /** Hops */
            hops: number;
            /** Ignored */
            ignored: string | null;
            signature: components["schemas"]["SignatureView"];
            /** Tasks */
            tasks: components["schemas"]["MatchView"][];
            /** Triggers */
            triggers: components["schemas"]["TraceView"][];
        };
        /**
         * SkillDetail
         * @description A skill, whole, as it is in force.
         */
        SkillDetail: {
            /** Agents */
            agents: "all" | string[];
            /** Builtin */
            builtin: boolean;
            /** Commands */
            commands: string[];
            /** Content Hash */
            content_hash: string;
            /** Description */
            description: string;
            /** Enabled */
            enabled: boolean;
            /** Executables */
            executables: string[];
            /** Faults */
            faults: components["schemas"]["DefinitionFault"][];
            /** Files */
            files: components["schemas"]["FileInfo"][];
            /** Instructions */
            instructions: string;
            /** Name */
            name: string;
            /** Overrides Builtin */
            overrides_builtin: boolean;
            /** Revertible */
            revertible: boolean;
            /** Scripts */
            scripts: string[];
            /** Tools */
            tools: string[];
            /** Warnings */
            warnings: string[];
        };
        /**
         * SkillForm
         * @description A skill as it is filled in by hand.
         */
        SkillForm: {
            /**
             * Agents
             * @default [
             *       "brain"
             *     ]
             */
            agents: "all" | string[];
            /**
             * Allowed Tools
             * @default []
             */
            allowed_tools: string[];
            /** Description */
            description: string;
            /** Instructions */
            instructions: string;
            /** Name */
            name: string;
        };
        /** SkillList */
        SkillList: {
            /** Disabled */
            disabled: components["schemas"]["SkillView"][];
            /** Faults */
            faults: components["schemas"]["DefinitionFault"][];
            /** Items */
            items: components["schemas"]["SkillView"][];
        };
        /**
         * SkillView
         * @description What a skill is for, and for whom.
         */
        SkillView: {
            /** Agents */
            agents: "all" | string[];
            /** Builtin */
            builtin: boolean;
            /** Description */
            description: string;
            /** Enabled */
            enabled: boolean;
            /** Name */
            name: string;
            /** Overrides Builtin */
            overrides_builtin: boolean;
        };
        /** StartedData */
        StartedData: {
            /** Agent */
            agent: string;
            /** Attempt */
            attempt: number;
            /**
             * Machine Id
             * @default null
             */
            machine_id: string | null;
            /**
             * Resumed
             * @default false
             */
            resumed: boolean;
        };
        /**
         * StatusView
         * @description The machine, at a glance.
         */
        StatusView: {
            auth: components["schemas"]["AuthStatusData"];
            /** Budgets */
            budgets: components["schemas"]["BudgetNotice"][];
            /** Default Agent */
            default_agent: string;
            /** Demo */
            demo: boolean;
            /** Feed Oldest */
            feed_oldest: number;
            /** Feed Seq */
            feed_seq: number;
            /** In Fleet */
            in_fleet: boolean;
            machine: components["schemas"]["MachineStatusData"];
            /** Machine Id */
            machine_id: string;
            me: components["schemas"]["Me"];
            role: components["schemas"]["MachineRole"];
            sandbox: components["schemas"]["Sandbox"];
            /** Version */
            version: string;
            /** Warnings */
            warnings: components["schemas"]["MachineWarning"][];
        };
        /**
         * StopTask
         * @description `interrupt` ends the turn, the conversation stays open; `stop` ends the task.
         */
        StopTask: {
            /**
             * Mode
             * @default stop
             * @enum {string}
             */
            mode: "interrupt" | "stop";
        };
        /**
         * Subscribe
         * @description All events of a task after `after`, then live. Its `ack` comes before the first of them.
         */
        Subscribe: {
            /**
             * After
             * @default 0
             */
            after: number;
            /** Id */
            id: string | number;
            /** Task Id */
            task_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "subscribe";
        };
        /**
         * TakenView
         * @description A login that is in force now; `note` says so where something else wins over it.
         */
        TakenView: {
            /** Note */
            note: string;
            validation: components["schemas"]["ValidationView"];
        };
        /**
         * Task
         * @description A task as it is now. A fact: it changes by being replaced.
         */
        Task: {
            /** Assigned Agent */
            assigned_agent: string;
            /**
             * Attempt
             * @default 0
             */
            attempt: number;
            /**
             * Awaits Routing
             * @default false
             */
            awaits_routing: boolean;
            /** @default null */
            changes: components["schemas"]["Changes"] | null;
            /** Claude Session Id */
            claude_session_id: string;
            /** @default null */
            code: components["schemas"]["CodeSource"] | null;
            /**
             * Completed At
             * @default null
             */
            completed_at: string | null;
            /**
             * Concurrency Key
             * @default null
             */
            concurrency_key: string | null;
            /** Conversation Id */
            conversation_id: string;
            /** @default billed */
            cost_kind: components["schemas"]["CostKind"];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Definitions Version
             * @default null
             */
            definitions_version: number | null;
            /**
             * Duration Seconds
             * @default 0
             */
            duration_seconds: number;
            /** @default null */
            failure: components["schemas"]["TaskFailure"] | null;
            /**
             * Front
             * @default false
             */
            front: boolean;
            /** Input Message */
            input_message: string;
            /**
             * Is Interactive
             * @default false
             */
            is_interactive: boolean;
            /** @default work */
            lane: components["schemas"]["Lane"];
            /**
             * Last Seq
             * @default 0
             */
            last_seq: number;
            limits?: components["schemas"]["TaskLimits"];
            /**
             * Losses
             * @default 0
             */
            losses: number;
            /** Machine Id */
            machine_id: string;
            /**
             * Parent Task Id
             * @default null
             */
            parent_task_id: string | null;
            /**
             * Parked Until
             * @default null
             */
            parked_until: string | null;
            /**
             * Priority
             * @default 0
             */
            priority: number;
            /** @default standard */
            profile: components["schemas"]["Profile"];
            /** @default null */
            queue_reason: components["schemas"]["QueueReason"] | null;
            /**
             * Result
             * @default null
             */
            result: string | null;
            /**
             * @default {
             *       "role": "member",
             *       "scope": "tasks"
             *     }
             */
            rights: components["schemas"]["Rights"];
            /** @default null */
            routing: components["schemas"]["Routing"] | null;
            /**
             * Session Id
             * @default null
             */
            session_id: string | null;
            /** @default api */
            source: components["schemas"]["TaskSource"];
            /** Source Metadata */
            source_metadata?: {
                [key: string]: unknown;
            };
            /**
             * Started At
             * @default null
             */
            started_at: string | null;
            /** @default queued */
            status: components["schemas"]["TaskStatus"];
            /**
             * Status At
             * Format: date-time
             */
            status_at: string;
            /** Task Id */
            task_id: string;
            /** Title */
            title: string;
            usage?: components["schemas"]["Usage"];
            /** User Id */
            user_id: string;
            /** @default null */
            waiting_reason: components["schemas"]["WaitingReason"] | null;
            /** Workspace */
            workspace: string;
        };
        /** TaskCancelled */
        TaskCancelled: {
            data: components["schemas"]["CancelledData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.cancelled";
        };
        /** TaskCompleted */
        TaskCompleted: {
            data: components["schemas"]["EndedData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.completed";
        };
        /**
         * TaskContinued
         * @description The task runs again after it waited for a person, in the same process.
         */
        TaskContinued: {
            data: components["schemas"]["ContinuedData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.continued";
        };
        /** TaskCreated */
        TaskCreated: {
            data: components["schemas"]["Task"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.created";
        };
        /**
         * TaskDetail
         * @description A task with the end of the text that its agent has written so far.
         */
        TaskDetail: {
            /** Assigned Agent */
            assigned_agent: string;
            /** Attempt */
            attempt: number;
            /** Cache Creation Tokens */
            cache_creation_tokens: number;
            /** Cache Read Tokens */
            cache_read_tokens: number;
            changes: components["schemas"]["Changes"] | null;
            /** Claude Session Id */
            claude_session_id: string;
            code: components["schemas"]["CodeSource"] | null;
            /** Completed At */
            completed_at: string | null;
            /** Conversation Id */
            conversation_id: string;
            cost_kind: components["schemas"]["CostKind"];
            /** Cost Usd */
            cost_usd: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Definitions Version */
            definitions_version: number | null;
            describes: components["schemas"]["DefinitionKind"] | null;
            /** Duration Seconds */
            duration_seconds: number;
            /** Estimated */
            estimated: boolean;
            failure: components["schemas"]["TaskFailure"] | null;
            /** Input Message */
            input_message: string;
            /** Input Tokens */
            input_tokens: number;
            /** Is Interactive */
            is_interactive: boolean;
            lane: components["schemas"]["Lane"];
            /** Last Seq */
            last_seq: number;
            limits: components["schemas"]["TaskLimits"];
            /** Machine Id */
            machine_id: string;
            /** Output Stream */
            output_stream: string;
            /** Output Tokens */
            output_tokens: number;
            /** Parent Task Id */
            parent_task_id: string | null;
            /** Parked Until */
            parked_until: string | null;
            /** Priority */
            priority: number;
            profile: components["schemas"]["Profile"];
            queue_reason: components["schemas"]["QueueReason"] | null;
            reply: components["schemas"]["ReplyView"] | null;
            /** Result */
            result: string | null;
            routing: components["schemas"]["Routing"] | null;
            /** Session Id */
            session_id: string | null;
            source: components["schemas"]["TaskSource"];
            /** Source Metadata */
            source_metadata: {
                [key: string]: unknown;
            };
            /** Started At */
            started_at: string | null;
            status: components["schemas"]["TaskStatus"];
            /**
             * Status At
             * Format: date-time
             */
            status_at: string;
            /** Task Id */
            task_id: string;
            /** Title */
            title: string;
            /** User Id */
            user_id: string;
            waiting_reason: components["schemas"]["WaitingReason"] | null;
            /** Waits For */
            waits_for: string;
        };
        TaskEvent: components["schemas"]["TaskCreated"] | components["schemas"]["TaskRouted"] | components["schemas"]["TaskStarted"] | components["schemas"]["TaskOutput"] | components["schemas"]["TaskMetrics"] | components["schemas"]["TaskInput"] | components["schemas"]["TaskWaiting"] | components["schemas"]["TaskContinued"] | components["schemas"]["TaskParked"] | components["schemas"]["TaskQueued"] | components["schemas"]["TaskCompleted"] | components["schemas"]["TaskFailed"] | components["schemas"]["TaskCancelled"] | components["schemas"]["ApprovalRequested"] | components["schemas"]["ApprovalAnswered"];
        TaskEventPage: {
            events: components["schemas"]["PlacedTaskEvent"][];
            last_seq: number;
        };
        /** TaskFailed */
        TaskFailed: {
            data: components["schemas"]["FailedData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.failed";
        };
        /**
         * TaskFailure
         * @description Why a task failed: a reason from the closed list, what happened, and what to do.
         */
        TaskFailure: {
            /** Hint */
            hint: string;
            /** Message */
            message: string;
            reason: components["schemas"]["FailureReason"];
        };
        /**
         * TaskInput
         * @description A person's message to the task was accepted.
         */
        TaskInput: {
            data: components["schemas"]["InputData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.input";
        };
        /**
         * TaskLimits
         * @description Bounds of one task. `timeout_seconds` counts running time only: waiting for a person costs nothing.
         */
        TaskLimits: {
            /** Max Budget Usd */
            max_budget_usd?: number | null;
            /** Max Turns */
            max_turns?: number | null;
            /**
             * Raised Usd
             * @default 0
             */
            raised_usd: number;
            /**
             * Timeout Seconds
             * @default 3600
             */
            timeout_seconds: number;
        };
        /** TaskList */
        TaskList: {
            /** Items */
            items: components["schemas"]["TaskSummary"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** TaskMetrics */
        TaskMetrics: {
            data: components["schemas"]["MetricsData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.metrics";
        };
        /** TaskOutput */
        TaskOutput: {
            data: components["schemas"]["Output"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.output";
        };
        /**
         * TaskParked
         * @description The task stands in the queue until the login, the quota or the daemon is back.
         */
        TaskParked: {
            data: components["schemas"]["ParkedData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.parked";
        };
        /**
         * TaskQueued
         * @description The task stands in the queue again and will resume its conversation as soon as there is a slot.
         */
        TaskQueued: {
            data: components["schemas"]["ParkedData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.queued";
        };
        /** TaskRouted */
        TaskRouted: {
            data: components["schemas"]["Routing"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.routed";
        };
        /** TaskSay */
        TaskSay: {
            /** Id */
            id: string | number;
            /** Message */
            message: string;
            /** Task Id */
            task_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.input";
        };
        /**
         * TaskSource
         * @description Which door a task came through.
         * @enum {string}
         */
        TaskSource: "dashboard" | "webhook" | "api" | "schedule" | "brain";
        /** TaskStarted */
        TaskStarted: {
            data: components["schemas"]["StartedData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.started";
        };
        /**
         * TaskStatus
         * @description Where a task is in its life.
         * @enum {string}
         */
        TaskStatus: "queued" | "running" | "waiting_input" | "completed" | "failed" | "cancelled";
        /**
         * TasksThere
         * @description How many tasks a machine has that have not ended.
         */
        TasksThere: {
            /**
             * Queued
             * @default 0
             */
            queued: number;
            /**
             * Running
             * @default 0
             */
            running: number;
            /**
             * Waiting
             * @default 0
             */
            waiting: number;
        };
        /**
         * TaskStop
         * @description Its `ack` comes when the task has stopped; other messages are answered meanwhile.
         */
        TaskStop: {
            /** Id */
            id: string | number;
            /**
             * Mode
             * @default stop
             * @enum {string}
             */
            mode: "interrupt" | "stop";
            /** Task Id */
            task_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.stop";
        };
        /**
         * TaskSummary
         * @description A task in a list: long texts are cut to their first 500 characters.
         */
        TaskSummary: {
            /** Assigned Agent */
            assigned_agent: string;
            /** Attempt */
            attempt: number;
            /** Cache Creation Tokens */
            cache_creation_tokens: number;
            /** Cache Read Tokens */
            cache_read_tokens: number;
            /** Completed At */
            completed_at: string | null;
            /** Conversation Id */
            conversation_id: string;
            cost_kind: components["schemas"]["CostKind"];
            /** Cost Usd */
            cost_usd: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            describes: components["schemas"]["DefinitionKind"] | null;
            /** Duration Seconds */
            duration_seconds: number;
            /** Estimated */
            estimated: boolean;
            failure: components["schemas"]["TaskFailure"] | null;
            /** Input Message */
            input_message: string;
            /** Input Tokens */
            input_tokens: number;
            /** Is Interactive */
            is_interactive: boolean;
            lane: components["schemas"]["Lane"];
            /** Last Seq */
            last_seq: number;
            /** Machine Id */
            machine_id: string;
            /** Output Tokens */
            output_tokens: number;
            /** Parent Task Id */
            parent_task_id: string | null;
            /** Parked Until */
            parked_until: string | null;
            /** Priority */
            priority: number;
            profile: components["schemas"]["Profile"];
            queue_reason: components["schemas"]["QueueReason"] | null;
            /** Result */
            result: string | null;
            /** Session Id */
            session_id: string | null;
            source: components["schemas"]["TaskSource"];
            /** Started At */
            started_at: string | null;
            status: components["schemas"]["TaskStatus"];
            /**
             * Status At
             * Format: date-time
             */
            status_at: string;
            /** Task Id */
            task_id: string;
            /** Title */
            title: string;
            /** User Id */
            user_id: string;
            waiting_reason: components["schemas"]["WaitingReason"] | null;
        };
        /**
         * TaskTaken
         * @description The task that takes a message: the one it was sent to, or the one that follows up.
         */
        TaskTaken: {
            /** Task Id */
            task_id: string;
        };
        /**
         * TaskView
         * @description A task, whole.
         */
        TaskView: {
            /** Assigned Agent */
            assigned_agent: string;
            /** Attempt */
            attempt: number;
            /** Cache Creation Tokens */
            cache_creation_tokens: number;
            /** Cache Read Tokens */
            cache_read_tokens: number;
            changes: components["schemas"]["Changes"] | null;
            /** Claude Session Id */
            claude_session_id: string;
            code: components["schemas"]["CodeSource"] | null;
            /** Completed At */
            completed_at: string | null;
            /** Conversation Id */
            conversation_id: string;
            cost_kind: components["schemas"]["CostKind"];
            /** Cost Usd */
            cost_usd: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Definitions Version */
            definitions_version: number | null;
            describes: components["schemas"]["DefinitionKind"] | null;
            /** Duration Seconds */
            duration_seconds: number;
            /** Estimated */
            estimated: boolean;
            failure: components["schemas"]["TaskFailure"] | null;
            /** Input Message */
            input_message: string;
            /** Input Tokens */
            input_tokens: number;
            /** Is Interactive */
            is_interactive: boolean;
            lane: components["schemas"]["Lane"];
            /** Last Seq */
            last_seq: number;
            limits: components["schemas"]["TaskLimits"];
            /** Machine Id */
            machine_id: string;
            /** Output Tokens */
            output_tokens: number;
            /** Parent Task Id */
            parent_task_id: string | null;
            /** Parked Until */
            parked_until: string | null;
            /** Priority */
            priority: number;
            profile: components["schemas"]["Profile"];
            queue_reason: components["schemas"]["QueueReason"] | null;
            /** Result */
            result: string | null;
            routing: components["schemas"]["Routing"] | null;
            /** Session Id */
            session_id: string | null;
            source: components["schemas"]["TaskSource"];
            /** Source Metadata */
            source_metadata: {
                [key: string]: unknown;
            };
            /** Started At */
            started_at: string | null;
            status: components["schemas"]["TaskStatus"];
            /**
             * Status At
             * Format: date-time
             */
            status_at: string;
            /** Task Id */
            task_id: string;
            /** Title */
            title: string;
            /** User Id */
            user_id: string;
            waiting_reason: components["schemas"]["WaitingReason"] | null;
        };
        /** TaskWaiting */
        TaskWaiting: {
            data: components["schemas"]["WaitingData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.waiting";
        };
        /**
         * Tested
         * @description How a test went.
         */
        Tested: {
            /** Arrived */
            arrived: boolean;
            /** Why */
            why: string;
        };
        /** TextFile */
        TextFile: {
            /** Path */
            path: string;
            /** Text */
            text: string;
        };
        /**
         * Tidied
         * @description What one pass over old things removed, and which workspaces it had to leave: work in them is nowhere else.
         */
        Tidied: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Deliveries
             * @default 0
             */
            deliveries: number;
            /**
             * Events
             * @default 0
             */
            events: number;
            /**
             * Kept Workspaces
             * @default []
             */
            kept_workspaces: string[];
            /**
             * Set Aside
             * @default 0
             */
            set_aside: number;
            /**
             * Tasks
             * @default 0
             */
            tasks: number;
            /**
             * Workspaces
             * @default 0
             */
            workspaces: number;
        };
        /**
         * Times
         * @description When an expression comes.
         */
        Times: {
            /** Next Runs */
            next_runs: string[];
            /** Timezone */
            timezone: string;
            /** Words */
            words: string;
        };
        /** TokenList */
        TokenList: {
            /** Items */
            items: components["schemas"]["ApiToken"][];
        };
        /** TokenMade */
        TokenMade: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Expires At */
            expires_at?: string | null;
            /** Last Used At */
            last_used_at?: string | null;
            /** Name */
            name: string;
            /** Revoked At */
            revoked_at?: string | null;
            /**
             * Scopes
             * @default [
             *       "admin"
             *     ]
             */
            scopes: components["schemas"]["Scope"][];
            /** Token */
            token: string;
            /** Token Id */
            token_id: string;
            /** User Id */
            user_id: string;
        };
        /** TraceView */
        TraceView: {
            /** Is Fault */
            is_fault: boolean;
            /** Matched */
            matched: boolean;
            /** Name */
            name: string;
            /** Trigger */
            trigger: number;
            /** Why */
            why: string;
        };
        /**
         * Trigger
         * @description Which events start which work, caused by whom, and how.
         */
        Trigger: {
            /** Agent */
            agent?: string | null;
            checkout?: components["schemas"]["Checkout"] | null;
            /** Command */
            command?: string | null;
            /**
             * Concurrency Key
             * @default {{ subject }}
             */
            concurrency_key: string;
            /** Condition */
            condition?: string | null;
            /**
             * Enabled
             * @default true
             */
            enabled: boolean;
            /** Events */
            events: string[];
            /**
             * Max Hops
             * @default 2
             */
            max_hops: number;
            /** Name */
            name?: string | null;
            /**
             * Others
             * @default ignore
             * @enum {string}
             */
            others: "ignore" | "untrusted";
            /** @default standard */
            profile: components["schemas"]["Profile"];
            /**
             * Prompt
             * @default {{ event }} arrived through the webhook {{ webhook }}. Do what your instructions say about such events.
             */
            prompt: string;
            /**
             * Rate Per Minute
             * @default 30
             */
            rate_per_minute: number;
            /**
             * Reply
             * @default false
             */
            reply: boolean;
            /** @default enqueue */
            when_busy: components["schemas"]["WhenBusy"];
            /** Who */
            who?: components["schemas"]["Who"][] | null;
        };
        /** Unsubscribe */
        Unsubscribe: {
            /** Id */
            id: string | number;
            /** Task Id */
            task_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "unsubscribe";
        };
        /**
         * Usage
         * @description Tokens and dollars, added up. `estimated` is true where a turn was killed before the CLI reported its cost.
         */
        Usage: {
            /**
             * Cache Creation Tokens
             * @default 0
             */
            cache_creation_tokens: number;
            /**
             * Cache Read Tokens
             * @default 0
             */
            cache_read_tokens: number;
            /**
             * Cost Usd
             * @default 0
             */
            cost_usd: number;
            /**
             * Estimated
             * @default false
             */
            estimated: boolean;
            /**
             * Input Tokens
             * @default 0
             */
            input_tokens: number;
            /**
             * Output Tokens
             * @default 0
             */
            output_tokens: number;
        };
        /**
         * UseLink
         * @description The secret of a one-time link: what stands behind `#`.
         */
        UseLink: {
            /** Secret */
            secret: string;
        };
        /**
         * UsePassword
         * @description A person's name and password.
         */
        UsePassword: {
            /** Name */
            name: string;
            /**
             * Password
             * Format: password
             */
            password: string;
        };
        /** UserList */
        UserList: {
            /** Items */
            items: components["schemas"]["UserView"][];
        };
        /**
         * UserPatch
         * @description What is to change. `role`, `disabled`, `password` (of others): by administrators.
         */
        UserPatch: {
            /** Disabled */
            disabled?: boolean | null;
            /** Name */
            name?: string | null;
            /** Password */
            password?: string | null;
            role?: components["schemas"]["Role"] | null;
        };
        /**
         * UserView
         * @description A person.
         */
        UserView: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Disabled */
            disabled: boolean;
            /** Has Password */
            has_password: boolean;
            /** Name */
            name: string;
            role: components["schemas"]["Role"];
            /** User Id */
            user_id: string;
        };
        /**
         * ValidationView
         * @description What one real request came to. `unclear`: nobody answered who could say.
         */
        ValidationView: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Cost Usd */
            cost_usd: number;
            /** Message */
            message: string;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "worked" | "refused" | "quota" | "unclear";
            /** Until */
            until: string | null;
        };
        /** VariableList */
        VariableList: {
            /** Items */
            items: components["schemas"]["VariableView"][];
            /** Trouble */
            trouble: string;
        };
        /**
         * VariableView
         * @description A variable without its value.
         */
        VariableView: {
            /** Agents */
            agents: string[];
            /** Made For */
            made_for: string;
            /** Name */
            name: string;
            /** Problem */
            problem: string;
            /**
             * Set At
             * Format: date-time
             */
            set_at: string;
            /** Set By */
            set_by: string;
            /** Webhooks */
            webhooks: string[];
        };
        /**
         * Via
         * @description How a principal proved who it is.
         * @enum {string}
         */
        Via: "browser" | "token" | "internal";
        /** WaitingData */
        WaitingData: {
            reason: components["schemas"]["WaitingReason"];
            /**
             * Result
             * @default null
             */
            result: string | null;
        };
        /**
         * WaitingReason
         * @description Why a task in `waiting_input` waits.
         * @enum {string}
         */
        WaitingReason: "approval" | "input" | "interrupted";
        /**
         * WebhookDetail
         * @description A webhook, with what to enter at its provider.
         */
        WebhookDetail: {
            /** Allowed Bots */
            allowed_bots: string[];
            /** Base Url */
            base_url: string | null;
            /** Content Hash */
            content_hash: string;
            /** Description */
            description: string;
            /** Enabled */
            enabled: boolean;
            /** Faults */
            faults: components["schemas"]["DefinitionFault"][];
            /** Has Secret */
            has_secret: boolean;
            /** Listens To */
            listens_to: string[];
            /** Name */
            name: string;
            /** Old Secret Until */
            old_secret_until: string | null;
            /** Own Ids */
            own_ids: string[];
            /** Paused */
            paused: components["schemas"]["PausedTrigger"][];
            /** Problem */
            problem: string;
            provider: components["schemas"]["ProviderName"];
            reply: components["schemas"]["ReplySettings"] | null;
            /** Revertible */
            revertible: boolean;
            scheme: components["schemas"]["GenericScheme"] | null;
            /** Secret Ref */
            secret_ref: string | null;
            setup: components["schemas"]["SetupHints"];
            /** Triggers */
            triggers: components["schemas"]["Trigger"][];
            /** Unsigned */
            unsigned: boolean;
            /** Url */
            url: string;
            /** User Id */
            user_id: string;
            /** Warnings */
            warnings: string[];
        };
        /**
         * WebhookForm
         * @description A webhook as it is sent. Without a secret, one that is there already keeps its own.
         */
        WebhookForm: {
            /**
             * Allowed Bots
             * @default []
             */
            allowed_bots: string[];
            /** Base Url */
            base_url?: string | null;
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Enabled
             * @default true
             */
            enabled: boolean;
            /** Name */
            name: string;
            /** Old Secret Until */
            old_secret_until?: string | null;
            /**
             * Own Ids
             * @default []
             */
            own_ids: string[];
            provider: components["schemas"]["ProviderName"];
            reply?: components["schemas"]["ReplySettings"] | null;
            scheme?: components["schemas"]["GenericScheme"] | null;
            /** Secret */
            secret?: string | null;
            /** Secret Ref */
            secret_ref?: string | null;
            /**
             * Triggers
             * @default []
             */
            triggers: components["schemas"]["Trigger"][];
            /**
             * Unsigned
             * @default false
             */
            unsigned: boolean;
        };
        /** WebhookList */
        WebhookList: {
            /** Faults */
            faults: components["schemas"]["DefinitionFault"][];
            /** Items */
            items: components["schemas"]["WebhookView"][];
        };
        /**
         * WebhookPreview
         * @description What would be saved, and what to enter at its provider.
         */
        WebhookPreview: {
            /** Commands */
            commands: string[];
            /** Content Hash */
            content_hash: string;
            /** Description */
            description: string;
            /** Executables */
            executables: string[];
            /**
             * Exists
             * @default false
             */
            exists: boolean;
            /** Files */
            files: components["schemas"]["FileInfo"][];
            kind: components["schemas"]["DefinitionKind"];
            /** Listens To */
            listens_to: string[];
            /** Name */
            name: string;
            /**
             * Overrides Builtin
             * @default false
             */
            overrides_builtin: boolean;
            profile?: components["schemas"]["Profile"] | null;
            /** Scripts */
            scripts: string[];
            setup: components["schemas"]["SetupHints"];
            times?: components["schemas"]["Times"] | null;
            /** Tools */
            tools: string[];
            /** Triggers */
            triggers: components["schemas"]["Trigger"][];
            /** Url */
            url: string;
            /** Warnings */
            warnings: string[];
        };
        /**
         * WebhookReceived
         * @description A delivery was stored, with the tasks that it starts.
         */
        WebhookReceived: {
            data: components["schemas"]["DeliveryData"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "webhook.received";
        };
        /**
         * WebhookView
         * @description A webhook as it is in force, and where to send to.
         */
        WebhookView: {
            /** Allowed Bots */
            allowed_bots: string[];
            /** Base Url */
            base_url: string | null;
            /** Description */
            description: string;
            /** Enabled */
            enabled: boolean;
            /** Has Secret */
            has_secret: boolean;
            /** Name */
            name: string;
            /** Old Secret Until */
            old_secret_until: string | null;
            /** Own Ids */
            own_ids: string[];
            /** Paused */
            paused: components["schemas"]["PausedTrigger"][];
            /** Problem */
            problem: string;
            provider: components["schemas"]["ProviderName"];
            reply: components["schemas"]["ReplySettings"] | null;
            scheme: components["schemas"]["GenericScheme"] | null;
            /** Secret Ref */
            secret_ref: string | null;
            /** Triggers */
            triggers: components["schemas"]["Trigger"][];
            /** Unsigned */
            unsigned: boolean;
            /** Url */
            url: string;
            /** User Id */
            user_id: string;
            /** Warnings */
            warnings: string[];
        };
        /**
         * WhenBusy
         * @description What to do with an event while a task with the same concurrency key is not finished.
         * @enum {string}
         */
        WhenBusy: "enqueue" | "skip" | "replace" | "continue";
        /**
         * Who
         * @description One person or group, by exactly one of three: the provider's id, a login that it keeps unique, a standing.
         */
        Who: {
            /** Association */
            association?: ("OWNER" | "MEMBER" | "COLLABORATOR" | "CONTRIBUTOR") | null;
            /** Id */
            id?: string | null;
            /** Login */
            login?: string | null;
        };
        /**
         * Wish
         * @description What is wanted, in words.
         */
        Wish: {
            /** Description */
            description: string;
        };
        /**
         * WorkspaceEntry
         * @description One name in a folder. `size` in bytes, 0 for what is no file.
         */
        WorkspaceEntry: {
            /**
             * Changed At
             * Format: date-time
             */
            changed_at: string;
            kind: components["schemas"]["EntryKind"];
            /** Name */
            name: string;
            /** Size */
            size: number;
        };
        /**
         * WorkspaceKind
         * @description `task`: a folder of its own for every task; `shared`: one lasting folder, one task at a time.
         * @enum {string}
         */
        WorkspaceKind: "task" | "shared";
        /**
         * WorkspaceListing
         * @description One folder of a workspace: folders first, then by name.
         */
        WorkspaceListing: {
            /** Entries */
            entries: components["schemas"]["WorkspaceEntry"][];
            /** Path */
            path: string;
            /** Truncated */
            truncated: boolean;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_agents_api_agents_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_api_agents_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_api_agents__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_api_agents__name__put: {
        parameters: {
            query?: {
                /** @description `content_hash` of the version that the change began from: 409 when another is in force by now. */
                began_from?: string | null;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_api_agents__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disable_api_agents__name__disable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enable_api_agents__name__enable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_api_agents__name__export_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revert_api_agents__name__revert_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    describe_agent_api_agents_describe_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Wish"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drafted"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_api_agents_preview_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    upload_api_agents_upload_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    content_hash?: string;
                    files: string[];
                    name?: string;
                    preview?: string;
                    replace?: string;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDetail"] | components["schemas"]["Preview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_approvals_api_approvals_get: {
        parameters: {
            query?: {
                status?: components["schemas"]["ApprovalStatus"] | null;
                task_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_approval_api_approvals__approval_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answer_approval_api_approvals__approval_id__post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Answer"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    attach_api_attachments_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    files: string[];
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttachmentList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit_api_audit_get: {
        parameters: {
            query?: {
                /** @description Such as `agent.create`. */
                action?: string | null;
                /** @description A user's id. */
                actor?: string | null;
                /** @description `next_cursor` of before. */
                cursor?: string | null;
                /** @description How many at most. */
                limit?: number;
                /** @description From this moment on. */
                since?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_actions_api_audit_actions_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditActions"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_audit_api_audit_export_get: {
        parameters: {
            query?: {
                /** @description Such as `agent.create`. */
                action?: string | null;
                /** @description A user's id. */
                actor?: string | null;
                format?: "jsonl" | "csv";
                /** @description From this moment on. */
                since?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": unknown;
                    "text/csv": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    accept_invitation_api_auth_invite_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptInvitation"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_in_api_auth_login_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UseLink"] | components["schemas"]["UsePassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_out_api_auth_logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_api_auth_me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_password_api_auth_password_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_up_api_auth_setup_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetUp"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_backups_api_backups_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackupList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_backup_api_backups_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBackup"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackupMaking"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_backup_api_backups__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the list has it. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download_backup_api_backups__name__content_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the list has it. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_budgets_api_budgets_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_agent_budget_api_budgets_agents__name__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DailyBudget"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_machine_budget_api_budgets_machine_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DailyBudget"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_user_budget_api_budgets_users__user_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DailyBudget"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_conversations_api_chat_get: {
        parameters: {
            query?: {
                /** @description `next_cursor` of before. */
                cursor?: string | null;
                /** @description How many at most. */
                limit?: number;
                /** @description In its title, a message or an answer. */
                search?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chat_api_chat_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChatMessage"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatTaken"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_conversation_api_chat__conversation_id__get: {
        parameters: {
            query?: {
                /** @description `next_cursor` of before. */
                cursor?: string | null;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path: {
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_conversation_api_chat__conversation_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rename_conversation_api_chat__conversation_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rename"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    costs_api_costs_get: {
        parameters: {
            query?: {
                /** @description Today and the days before it. */
                days?: number;
                group_by?: components["schemas"]["CostGroup"];
                /** @description Whose days: an IANA name. */
                time_zone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CostReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_credentials_api_credentials_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialsView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_api_key_api_credentials_api_key_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSecret"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_api_key_api_credentials_api_key_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_login_api_credentials_login_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginBegun"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    complete_login_api_credentials_login_code_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginCode"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_out_api_credentials_logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogOut"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_oauth_token_api_credentials_oauth_token_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSecret"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_oauth_token_api_credentials_oauth_token_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    upload_api_credentials_upload_post: {
        parameters: {
            query?: {
                /** @description Keep it, too, when nobody answers who could say that it is good. */
                force?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    validate_api_credentials_validate_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_all_deliveries_api_deliveries_get: {
        parameters: {
            query?: {
                /** @description `next_cursor` of before. */
                cursor?: string | null;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_disk_api_disk_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DiskReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_variables_api_env_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VariableList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_variables_api_env_post: {
        parameters: {
            query?: {
                /** @description Only say what would be set. */
                preview?: boolean;
                /** @description Also set those that are there already. */
                replace?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
                "text/plain": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_variable_api_env__name__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Such as `GITHUB_TOKEN`. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewValue"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VariableView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_variable_api_env__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Such as `GITHUB_TOKEN`. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_health_api_health_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_invitations_api_invitations_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_invitation_api_invitations_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationMade"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_invitation_api_invitations__invitation_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_logins_api_logins_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_login_api_logins__login_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_machines_api_machines_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_machine_api_machines__machine_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                machine_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drain_machine_api_machines__machine_id__drain_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                machine_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_machine_api_machines__machine_id__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                machine_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_channels_api_notifications_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_channel_api_notifications_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChannel"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelMade"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_channel_api_notifications__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_channel_api_notifications__name__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_channel_api_notifications__name__test_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tested"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_schedules_api_schedules_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_api_schedules_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_api_schedules__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_api_schedules__name__put: {
        parameters: {
            query?: {
                /** @description `content_hash` of the version that the change began from: 409 when another is in force by now. */
                began_from?: string | null;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_api_schedules__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_api_schedules__name__export_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    give_schedule_api_schedules__name__owner_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewOwner"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_schedule_api_schedules__name__pause_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_schedule_api_schedules__name__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revert_api_schedules__name__revert_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run_schedule_api_schedules__name__run_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_runs_api_schedules__name__runs_get: {
        parameters: {
            query?: {
                /** @description `next_cursor` of before. */
                cursor?: string | null;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    describe_schedule_api_schedules_describe_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Wish"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drafted"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explain_api_schedules_explain_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CronQuestion"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Times"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_api_schedules_preview_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    upload_api_schedules_upload_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    content_hash?: string;
                    files: string[];
                    name?: string;
                    preview?: string;
                    replace?: string;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleDetail"] | components["schemas"]["Preview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions_api_sessions_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_session_api_sessions_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionMade"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_session_api_sessions__session_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_skills_api_skills_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SkillList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_api_skills_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SkillForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SkillDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_api_skills__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SkillDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_api_skills__name__put: {
        parameters: {
            query?: {
                /** @description `content_hash` of the version that the change began from: 409 when another is in force by now. */
                began_from?: string | null;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SkillForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SkillDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_api_skills__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disable_api_skills__name__disable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SkillDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enable_api_skills__name__enable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SkillDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_api_skills__name__export_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revert_api_skills__name__revert_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SkillDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    describe_skill_api_skills_describe_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Wish"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drafted"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_api_skills_preview_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SkillForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    upload_api_skills_upload_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    content_hash?: string;
                    files: string[];
                    name?: string;
                    preview?: string;
                    replace?: string;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SkillDetail"] | components["schemas"]["Preview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_status_api_status_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tasks_api_tasks_get: {
        parameters: {
            query?: {
                agent?: string | null;
                conversation_id?: string | null;
                /** @description `next_cursor` of before. */
                cursor?: string | null;
                /** @description `work`: without the Brain's chats. `chat`: those alone. */
                lane?: components["schemas"]["Lane"] | null;
                /** @description How many at most. */
                limit?: number;
                machine_id?: string | null;
                parent_task_id?: string | null;
                /** @description Words of the title or the message, all of them. */
                q?: string;
                source?: components["schemas"]["TaskSource"] | null;
                /** @description May be given several times. */
                status?: components["schemas"]["TaskStatus"][];
                user_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_task_api_tasks_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_task_api_tasks__task_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approve_plan_api_tasks__task_id__approve_plan_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ApprovePlan"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    diff_of_task_api_tasks__task_id__diff_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diff"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_events_api_tasks__task_id__events_get: {
        parameters: {
            query?: {
                /** @description The `seq` after which to begin. */
                after?: number;
                limit?: number;
            };
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskEventPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_files_api_tasks__task_id__files_get: {
        parameters: {
            query?: {
                /** @description From the workspace on, such as `repo/src`. */
                path?: string;
            };
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceListing"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_file_api_tasks__task_id__files_content_get: {
        parameters: {
            query?: {
                download?: boolean;
                /** @description From the workspace on, such as `repo/src`. */
                path?: string;
            };
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                    "text/plain": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_input_api_tasks__task_id__input_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Say"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskTaken"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    let_task_through_api_tasks__task_id__let_through_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_output_api_tasks__task_id__output_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    push_task_api_tasks__task_id__push_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pushed"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_reply_api_tasks__task_id__reply_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplyView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_task_api_tasks__task_id__retry_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    correct_routing_api_tasks__task_id__routing_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CorrectRouting"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingCorrected"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingCorrected"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_task_api_tasks__task_id__stop_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StopTask"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tokens_api_tokens_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_token_api_tokens_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenMade"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_token_api_tokens__token_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_users_api_users_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_user_api_users_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_user_api_users__user_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_user_api_users__user_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_user_api_users__user_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_webhooks_api_webhooks_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_api_webhooks_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_api_webhooks__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_api_webhooks__name__put: {
        parameters: {
            query?: {
                /** @description `content_hash` of the version that the change began from: 409 when another is in force by now. */
                began_from?: string | null;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_api_webhooks__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_deliveries_api_webhooks__name__deliveries_get: {
        parameters: {
            query?: {
                /** @description `next_cursor` of before. */
                cursor?: string | null;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_api_webhooks__name__deliveries__delivery_id__replay_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disable_api_webhooks__name__disable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enable_api_webhooks__name__enable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_api_webhooks__name__export_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    give_webhook_api_webhooks__name__owner_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewOwner"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_api_webhooks__name__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resumed"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revert_api_webhooks__name__revert_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    new_secret_api_webhooks__name__secret_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["OldSecret"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreshSecret"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    simulate_api_webhooks__name__simulate_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulatedDelivery"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulationView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    describe_webhook_api_webhooks_describe_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Wish"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drafted"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_api_webhooks_preview_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookForm"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPreview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    upload_api_webhooks_upload_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    content_hash?: string;
                    files: string[];
                    name?: string;
                    preview?: string;
                    replace?: string;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDetail"] | components["schemas"]["WebhookPreview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    healthz_healthz_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_metrics_metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readyz_readyz_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    receive_webhooks__name__post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": unknown;
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
