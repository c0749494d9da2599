// The npm client `oneall` walks through the life of identities and users, and tells what its callbacks were given.
// In: ENDPOINT, PUBLIC_KEY, PRIVATE_KEY, IDENTITY, USER (who the identity is linked to) and CONTACTS (an identity that
// has contacts). Out: one JSON array of {step, error, data, status, resStatus}, in the order of the calls.
'use strict';

const Oneall = require('oneall');

const {ENDPOINT, PUBLIC_KEY, PRIVATE_KEY, IDENTITY, USER, CONTACTS} = process.env;
const site = new Oneall({endpoint: ENDPOINT, publickey: PUBLIC_KEY, privatekey: PRIVATE_KEY});
const told = [];

function ask(step, call, ...values) {
    return new Promise((resolve) => {
        call(...values, (error, answer) => {
            told.push({step, error: error ? String(error) : null, ...answer});
            resolve(answer);
        });
    });
}

async function live() {
    await ask('list', site.identity.getAll, 1);
    await ask('read', site.identity.get, IDENTITY);
    await ask('contacts', site.identity.getContacts, CONTACTS);
    await ask('contacts fetched', site.identity.getContacts, CONTACTS, {disable_cache: 'true'});
    await ask('relink', site.identity.reLink, IDENTITY, USER);
    await ask('read relinked', site.identity.get, IDENTITY);
    await ask('synchronize', site.identity.synchronize, IDENTITY);
    await ask('delete', site.identity.del, IDENTITY);
    await ask('read deleted', site.identity.get, IDENTITY);
    await ask('list users', site.user.getAll, 1);
    await ask('read user', site.user.get, USER);
    await ask('delete user', site.user.del, USER);
    await ask('read deleted user', site.user.get, USER);
}

live().then(() => process.stdout.write(JSON.stringify(told)));
