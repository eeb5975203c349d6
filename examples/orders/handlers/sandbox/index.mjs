// Approves every charge but those of amounts that end in 13 cents.

export const handler = async (event) => {
    const { id, amount } = JSON.parse(event.isBase64Encoded ? atob(event.body) : event.body);
    return { id, approved: amount % 100 !== 13 };
};
